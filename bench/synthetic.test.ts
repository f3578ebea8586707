import { describe, expect, it } from 'vitest';
import type { TensorMap } from '../src/checkpoint/checkpoint';
import type { DitConfig } from '../src/network/config';
import { paperRate, paperShare, random, syntheticCheckpoint } from './synthetic';

const xl2: DitConfig = {
  ...{ inputSize: 32, patchSize: 2, inChannels: 4, hiddenSize: 1152, depth: 28, numHeads: 16 },
  ...{ mlpRatio: 4, learnSigma: true, numClasses: 1000, numStyles: 0, objective: 'epsilon' },
  dynamic: true,
};
const small: DitConfig = { ...xl2, hiddenSize: 384, depth: 12, numHeads: 6, numClasses: 10 };

async function valuesOf(tensors: TensorMap, name: string): Promise<Float32Array> {
  const bytes = await tensors.get(name)?.bytes();
  if (!bytes) throw new Error(`There is no ${name}.`);
  return new Float32Array(bytes.buffer);
}

describe('synthetic weights', () => {
  it('have rates that give the multiply-adds of the paper', () => {
    const r = paperRate(xl2);
    // 118.69 G of DiT-XL/2: attention 4ND^2 + 2N^2D and MLP 8ND^2, 28 times.
    const a = 28 * (4 * 256 * 1152 ** 2 + 2 * 256 ** 2 * 1152);
    const m = 28 * 8 * 256 * 1152 ** 2;
    expect((a + m) / 1e9).toBeCloseTo(118.4, 1);
    expect((a * r + m * r * r) / (a + m)).toBeCloseTo(paperShare, 10);
    expect(r).toBeCloseTo(0.636, 3);
  });

  it.each(['attn_rate', 'mlp_rate'])('open as many units by %s as the rate says', async (kind) => {
    const tensors = syntheticCheckpoint(small);
    let active = 12; // the first of each layer
    for (let layer = 0; layer < 12; layer++) {
      const router = `blocks.${layer}.${kind}.router`;
      const bias = await valuesOf(tensors, `${router}.bias`);
      active += bias.filter((logit) => logit > 0).length;
      expect((await valuesOf(tensors, `${router}.weight`)).every((w) => w === 0)).toBe(true);
    }
    expect(active).toBe(Math.round(paperRate(small) * 72));
  });

  it('keep about as many tokens as the rate says, whatever their size', async () => {
    const tensors = syntheticCheckpoint(small);
    const router = 'blocks.3.token_selection.mlp_head';
    const w1 = await valuesOf(tensors, `${router}.0.weight`); // (24, 384)
    const w2 = await valuesOf(tensors, `${router}.2.weight`); // (1, 24)
    for (const size of [0.01, 1, 30]) {
      let kept = 0;
      for (let token = 0; token < 2000; token++) {
        const x = random(`token ${token}`, 384, size);
        let logit = 0;
        for (let j = 0; j < 24; j++) {
          let hidden = 0;
          for (let k = 0; k < 384; k++) hidden += w1[j * 384 + k] * x[k];
          logit += w2[j] * Math.max(0, hidden);
        }
        if (logit > 0) kept++;
      }
      expect(kept / 2000).toBeGreaterThan(paperRate(small) - 0.08);
      expect(kept / 2000).toBeLessThan(paperRate(small) + 0.08);
    }
  });

  it('are the same each time, and in a model of fewer blocks', async () => {
    const name = 'blocks.1.attn_rate.router.bias';
    const all = syntheticCheckpoint(small);
    const few = syntheticCheckpoint(small, { depth: 2 });
    expect(few.has('blocks.2.attn.qkv.weight')).toBe(false);
    for (const key of [name, 'blocks.1.mlp.fc1.weight', 'final_layer.linear.bias']) {
      expect([...(await valuesOf(few, key))]).toEqual([...(await valuesOf(all, key))]);
    }
  });

  it('have the deviation that was asked for', () => {
    const values = random('anything', 100_000, 0.5);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.sqrt(square)).toBeCloseTo(0.5, 2);
  });
});
