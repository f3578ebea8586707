import { describe, expect, it } from 'vitest';
import { halvesToFloats } from '../src/checkpoint/half';
import { createReferenceBackend } from '../src/backend/reference/backend';
import type { CheckpointTensor, TensorMap } from '../src/checkpoint/checkpoint';
import type { DitConfig } from '../src/network/config';
import { Dit } from '../src/network/dit/dit';
import { paperShare } from './paper';
import { random, rateOf, syntheticCheckpoint } from './synthetic';

const xl2: DitConfig = {
  ...{ inputSize: 32, patchSize: 2, inChannels: 4, hiddenSize: 1152, depth: 28, numHeads: 16 },
  ...{ mlpRatio: 4, learnSigma: true, numClasses: 1000, numStyles: 0, objective: 'epsilon' },
  dynamic: true,
};
const share = paperShare('xl', 0.5);
const small: DitConfig = { ...xl2, hiddenSize: 384, depth: 12, numHeads: 6, numClasses: 10 };

async function valuesOf(tensors: TensorMap, name: string): Promise<Float32Array> {
  const bytes = await tensors.get(name)?.bytes();
  if (!bytes) throw new Error(`There is no ${name}.`);
  return new Float32Array(bytes.buffer);
}

describe('synthetic weights', () => {
  it('have rates that give the multiply-adds of the paper', () => {
    const r = rateOf(xl2, share);
    // 118.69 G of DiT-XL/2: attention 4ND^2 + 2N^2D and MLP 8ND^2, 28 times.
    const a = 28 * (4 * 256 * 1152 ** 2 + 2 * 256 ** 2 * 1152);
    const m = 28 * 8 * 256 * 1152 ** 2;
    expect((a + m) / 1e9).toBeCloseTo(118.4, 1);
    expect((a * r + m * r * r) / (a + m)).toBeCloseTo(57.88 / 118.69, 10);
    expect(r).toBeCloseTo(0.636, 3);
  });

  it.each(['attn_rate', 'mlp_rate'])('open as many units by %s as the rate says', async (kind) => {
    const tensors = syntheticCheckpoint(small, { share });
    let active = 12; // the first of each layer
    for (let layer = 0; layer < 12; layer++) {
      const router = `blocks.${layer}.${kind}.router`;
      const bias = await valuesOf(tensors, `${router}.bias`);
      active += bias.filter((logit) => logit > 0).length;
      expect((await valuesOf(tensors, `${router}.weight`)).every((w) => w === 0)).toBe(true);
    }
    expect(active).toBe(Math.round(rateOf(small, share) * 72));
  });

  it.each([0.3, share, 0.7])('keep about as many tokens as %s of the work needs', async (kept) => {
    const tensors = syntheticCheckpoint(small, { share: kept });
    const rate = rateOf(small, kept);
    const router = 'blocks.3.token_selection.mlp_head';
    const w1 = await valuesOf(tensors, `${router}.0.weight`); // (24, 384)
    const w2 = await valuesOf(tensors, `${router}.2.weight`); // (1, 24)
    for (const size of [0.01, 1, 30]) {
      let count = 0;
      for (let token = 0; token < 2000; token++) {
        const x = random(`token ${token}`, 384, size);
        let logit = 0;
        for (let j = 0; j < 24; j++) {
          let hidden = 0;
          for (let k = 0; k < 384; k++) hidden += w1[j * 384 + k] * x[k];
          logit += w2[j] * Math.max(0, hidden);
        }
        if (logit > 0) count++;
      }
      expect(count / 2000).toBeGreaterThan(rate - 0.08);
      expect(count / 2000).toBeLessThan(rate + 0.08);
    }
  });

  it('are the same each time, and in a model of fewer blocks', async () => {
    const name = 'blocks.1.attn_rate.router.bias';
    const all = syntheticCheckpoint(small, { share });
    const few = syntheticCheckpoint(small, { share, depth: 2 });
    expect(few.has('blocks.2.attn.qkv.weight')).toBe(false);
    for (const key of [name, 'blocks.1.mlp.fc1.weight', 'final_layer.linear.bias']) {
      expect([...(await valuesOf(few, key))]).toEqual([...(await valuesOf(all, key))]);
    }
  });

  it('as halves have the deviation of the same as floats, and rows that differ', async () => {
    const tensors = syntheticCheckpoint(small, { share, dtype: 'f16' });
    const tensor = tensors.get('blocks.1.mlp.fc1.weight');
    if (!tensor) throw new Error('There is no fc1.');
    expect(tensor.dtype).toBe('f16');
    const halves = halvesToFloats(new Uint16Array((await tensor.bytes()).buffer));
    const square = halves.reduce((sum, value) => sum + value ** 2, 0) / halves.length;
    expect(Math.sqrt(square)).toBeCloseTo(1 / Math.sqrt(384), 3);
    const rows = new Set(Array.from({ length: 1536 }, (_, row) => halves[row * 384]));
    expect(rows.size).toBeGreaterThan(1000);
  });

  it('as halves are drawn by the backend: loading a network makes none of the large ones', async () => {
    const made: string[] = [];
    const given = syntheticCheckpoint({ ...small, depth: 2 }, { share, dtype: 'f16' });
    const tensors = [...given.values()].map((tensor): [string, CheckpointTensor] => {
      const bytes = () => tensor.bytes().finally(() => made.push(tensor.name));
      return [tensor.name, { ...tensor, bytes }];
    });
    const dit = await Dit.load(createReferenceBackend(), new Map(tensors), {});
    dit.destroy();
    expect(made).toContain('blocks.1.mlp.fc1.bias');
    expect(made.filter((name) => name.endsWith('fc1.weight'))).toEqual([]);
  });

  it('have the deviation that was asked for', () => {
    const values = random('anything', 100_000, 0.5);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.sqrt(square)).toBeCloseTo(0.5, 2);
  });
});
