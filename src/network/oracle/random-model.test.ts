import { describe, expect, it } from 'vitest';
import { readFloat32 } from '../../checkpoint/decode';
import type { DitConfig } from '../config';
import { referenceForward } from './forward';
import { randomLatent, randomModel, randomModelWithMargin } from './random-model';
import { stateDictShapes } from './state-dict';
import { readCaseFolder } from './testing/case-folder';

const config: DitConfig = {
  inputSize: 8,
  patchSize: 2,
  inChannels: 4,
  hiddenSize: 48,
  depth: 3,
  numHeads: 6,
  mlpRatio: 2,
  learnSigma: true,
  numClasses: 4,
  numStyles: 0,
  objective: 'epsilon',
  dynamic: true,
};

const inputs = [10, 400, 900].map((t, i) => ({ x: randomLatent(config, i), t, y: i }));

function share(mask: Uint8Array): number {
  return mask.reduce((sum, bit) => sum + bit, 0) / mask.length;
}

/** As toEqual, which takes seconds over whole models. */
function isSame(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return a !== undefined && a.length === b?.length && a.every((value, i) => value === b[i]);
}

describe('stateDictShapes', () => {
  it.each(['tiny', 'wide', 'static'])('lists what the authors saved: %s', async (name) => {
    const { config: saved, model } = await readCaseFolder(name);
    const keys = [...model.values.keys()];
    const actual = [...stateDictShapes(saved)].sort();
    expect(actual).toEqual(keys.map((key) => [key, model.shape(key)]).sort());
  });
});

describe('randomModel', () => {
  it('has the shapes of its configuration and depends on the seed alone', () => {
    const model = randomModel(config, { seed: 5 });
    for (const [key, shape] of stateDictShapes(config)) {
      expect(model.checkpoint.get(key)?.shape).toEqual(shape);
    }
    const again = randomModel(config, { seed: 5 });
    const other = randomModel(config, { seed: 6 });
    for (const [key, values] of model.tensors) {
      expect(isSame(again.tensors.get(key), values), key).toBe(true);
      expect(isSame(other.tensors.get(key), values), key).toBe(false);
    }
  });

  it.each(['f32', 'f16'] as const)('stores as %s the very values it gives', async (dtype) => {
    const { tensors, checkpoint } = randomModel(config, { seed: 5, dtype });
    for (const [key, tensor] of checkpoint) {
      expect(tensor.dtype).toBe(dtype);
      expect(isSame(await readFloat32(tensor), tensors.get(key)), key).toBe(true);
    }
  });

  it('leaves some units and tokens out and some in, and its outputs are of ordinary size', () => {
    const shares = { heads: 0, groups: 0, tokens: 0 };
    const seeds = [1, 2, 3, 4, 5];
    for (const seed of seeds) {
      const { tensors } = randomModel(config, { seed });
      const run = referenceForward(config, tensors, inputs[1], { width: true, tokens: true });
      shares.heads += share(run.attnMask) / seeds.length;
      shares.groups += share(run.mlpMask) / seeds.length;
      shares.tokens += share(run.tokenMask) / seeds.length;
      const power = run.out.reduce((sum, value) => sum + value ** 2, 0) / run.out.length;
      expect(power).toBeGreaterThan(0.1);
      expect(power).toBeLessThan(10);
    }
    for (const value of Object.values(shares)) {
      expect(value).toBeGreaterThan(0.25);
      expect(value).toBeLessThan(0.75);
    }
  });
});

describe('randomModelWithMargin', () => {
  it('keeps every logit away from 0 under both width settings', () => {
    const { tensors } = randomModelWithMargin(config, inputs, { seed: 0 }, 2e-3);
    for (const input of inputs) {
      for (const width of [true, false]) {
        const { margin } = referenceForward(config, tensors, input, { width, tokens: true });
        expect(margin).toBeGreaterThanOrEqual(2e-3);
      }
    }
  });
});
