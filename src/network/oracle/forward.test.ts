import { openAsBlob } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DyditError } from '../../errors';
import { openCheckpoint } from '../../checkpoint/open';
import { inferDitConfig } from '../dit/infer-config';
import type { DitConfig } from '../config';
import { referenceForward, type ReferenceGates, type ReferenceInput } from './forward';
import { referenceGuided } from './guidance';
import { randomLatent, randomModel } from './random-model';
import { positionSinusoids } from './sinusoids';
import { readArrays, readCaseFolder, type NamedArrays } from './testing/case-folder';
import { expectClose } from './testing/expect-close';

const OPEN: ReferenceGates = { width: false, tokens: false };
const DYNAMIC: ReferenceGates = { width: true, tokens: true };
/** PyTorch's f32 against our f64: f32 is coarser where outputs are larger. */
function tolerance(expected: ArrayLike<number>): number {
  return 1e-5 * Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
}

function expectAsInPyTorch(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expectClose(actual, expected, tolerance(expected));
}

/** Every item of `data` against the outputs stored with it. */
function expectStoredOutputs(
  config: DitConfig,
  model: NamedArrays,
  data: NamedArrays,
  inputs: readonly ReferenceInput[],
): void {
  for (const [item, input] of inputs.entries()) {
    const complete = referenceForward(config, model.values, input, OPEN);
    expectAsInPyTorch(complete.out, data.item('out_complete', item));
    expect(complete.margin).toBe(Infinity);
    if (!config.dynamic) continue;
    const dynamic = referenceForward(config, model.values, input, DYNAMIC);
    expectAsInPyTorch(dynamic.out, data.item('out_dynamic', item));
    expect([...dynamic.attnMask]).toEqual([...data.item('attn_mask', item)]);
    expect([...dynamic.mlpMask]).toEqual([...data.item('mlp_mask', item)]);
    expect([...dynamic.tokenMask]).toEqual([...data.item('token_mask', item)]);
    expect(dynamic.margin).toBeGreaterThan(1e-3);
  }
}

describe.each(['tiny', 'wide', 'static'])('conformance case %s', (name) => {
  it('forward, masks and all gates open', async () => {
    const { config, model, data } = await readCaseFolder(name);
    const inputs = [...data.all('t')].map((t, item) => ({
      x: data.item('x', item),
      t,
      y: data.item('y', item)[0],
    }));
    expect(inputs.length).toBeGreaterThan(1);
    expectStoredOutputs(config, model, data, inputs);
  });

  it('guidance, both halves', async () => {
    const { config, guidance, model, data } = await readCaseFolder(name);
    const half = data.shape('cfg_x')[0] / 2;
    for (let item = 0; item < half; item++) {
      const input = {
        x: data.item('cfg_x', item),
        t: data.item('cfg_t', item)[0],
        y: data.item('cfg_y', item)[0],
      };
      const guided = referenceGuided(config, model.values, input, guidance, DYNAMIC);
      expectAsInPyTorch(guided.conditional.out, data.item('out_cfg', item));
      expectAsInPyTorch(guided.unconditional.out, data.item('out_cfg', half + item));
    }
  });

  it('position table', async () => {
    const { config, model } = await readCaseFolder(name);
    const side = config.inputSize / config.patchSize;
    expectClose(positionSinusoids(side, config.hiddenSize), model.all('pos_embed'), 1e-6);
  });
});

describe('embedded emoji model', () => {
  it('reproduces the outputs stored with its weights', async () => {
    const root = new URL('../../../', import.meta.url);
    const data = await readArrays(new URL('conformance/cases/emoji/check.safetensors', root));
    const { model, config } = await readEmojiModel(root);
    const inputs = [...data.all('t')].map((t, item) => ({
      x: data.item('x', item),
      t: 1000 * t,
      y: data.item('y', item)[0],
      s: data.item('s', item)[0],
    }));
    expectStoredOutputs(config, model, data, inputs);
  });
});

describe('a model with linear inputs and jumps', () => {
  const folder = new URL('../../../conformance/cases/flow-map/', import.meta.url);

  it('makes what PyTorch made, with all gates open', async () => {
    const file = new URL('emoji-dit.safetensors', folder);
    const { tensors } = await openCheckpoint(await openAsBlob(file), 'emoji-dit.safetensors');
    const config = inferDitConfig(tensors, { jumpBlocks: 1 });
    const data = await readArrays(new URL('check.safetensors', folder));
    const model = await readArrays(file);
    for (const [item, t] of data.all('t').entries()) {
      const input = {
        ...{ x: data.item('x', item), t: 1000 * t, r: 1000 * data.all('r')[item] },
        ...{ y: data.item('y', item)[0], s: data.item('s', item)[0], a: data.item('a', item) },
      };
      const { out } = referenceForward(config, model.values, input, OPEN);
      expectAsInPyTorch(out, data.item('out_jump', item));
    }
  });
});

async function readEmojiModel(root: URL): Promise<{ model: NamedArrays; config: DitConfig }> {
  const file = new URL('public/models/emoji/emoji-dit.safetensors', root);
  const { tensors } = await openCheckpoint(await openAsBlob(file), 'emoji-dit.safetensors');
  return { model: await readArrays(file), config: inferDitConfig(tensors) };
}

const small: DitConfig = {
  inputSize: 8,
  patchSize: 2,
  inChannels: 4,
  hiddenSize: 32,
  depth: 2,
  numHeads: 4,
  mlpRatio: 4,
  learnSigma: false,
  numClasses: 5,
  numStyles: 3,
  objective: 'flow-v',
  dynamic: true,
};

describe('toggles', () => {
  const { tensors } = randomModel(small, { seed: 1 });
  const input = { x: randomLatent(small, 2), t: 300, y: 1, s: 2 };
  const run = (width: boolean, tokens: boolean) =>
    referenceForward(small, tensors, input, { width, tokens });

  it('width alone leaves all tokens, tokens alone leave all units', () => {
    const both = run(true, true);
    const width = run(true, false);
    const tokens = run(false, true);
    expect(width.tokenMask.every((bit) => bit === 1)).toBe(true);
    expect(width.attnMask).toEqual(both.attnMask);
    expect(width.mlpMask).toEqual(both.mlpMask);
    expect(tokens.attnMask.every((bit) => bit === 1)).toBe(true);
    expect(tokens.mlpMask.every((bit) => bit === 1)).toBe(true);
    expect(tokens.tokenMask.some((bit) => bit === 0)).toBe(true);
    expect(new Set([both, width, tokens].map(({ out }) => out[0])).size).toBe(3);
  });

  it('a head that is off contributes nothing: its rows of qkv may hold anything', () => {
    const { attnMask, out } = run(true, true);
    const off = attnMask.findIndex((bit) => bit === 0);
    expect(off).toBeGreaterThan(0);
    const layer = Math.floor(off / small.numHeads);
    const head = off % small.numHeads;
    const headSize = small.hiddenSize / small.numHeads;
    const key = `blocks.${layer}.attn.qkv.weight`;
    const spoiled = tensors.get(key)?.map((value, i) => {
      const row = Math.floor(i / small.hiddenSize) % small.hiddenSize;
      return Math.floor(row / headSize) === head ? 100 : value;
    });
    const changed = new Map(tensors).set(key, spoiled ?? new Float32Array());
    expect(referenceForward(small, changed, input, DYNAMIC).out).toEqual(out);
    expect(referenceForward(small, changed, input, OPEN).out).not.toEqual(run(false, false).out);
  });
});

describe('guidance', () => {
  const { tensors } = randomModel(small, { seed: 1 });
  const input = { x: randomLatent(small, 2), t: 300, y: 1, s: 2 };
  const conditional = referenceForward(small, tensors, input, DYNAMIC).out;

  it('of 1 is the conditional half', () => {
    const guidance = { scale: 1, channels: 'all' } as const;
    const guided = referenceGuided(small, tensors, input, guidance, DYNAMIC);
    expectClose(guided.conditional.out, conditional, 1e-12);
    expect(guided.unconditional.out).toEqual(guided.conditional.out);
  });

  it('of 0 on some channels is the unconditional half there, each half elsewhere', () => {
    const guidance = { scale: 0, channels: 3 };
    const guided = referenceGuided(small, tensors, input, guidance, DYNAMIC);
    const nullInput = { ...input, y: 5, s: 3 };
    const unconditional = referenceForward(small, tensors, nullInput, DYNAMIC).out;
    const end = 3 * small.inputSize ** 2;
    expect(guided.conditional.out.slice(0, end)).toEqual(unconditional.slice(0, end));
    expect(guided.conditional.out.slice(end)).toEqual(conditional.slice(end));
    expect(guided.unconditional.out).toEqual(unconditional);
  });
});

describe('broken checkpoints', () => {
  it('names the tensor that is missing or of another size', () => {
    const { tensors } = randomModel(small, { seed: 1 });
    const input = { x: randomLatent(small, 2), t: 300, y: 1 };
    const key = 'blocks.1.mlp.fc2.weight';
    const missing = new Map(tensors);
    missing.delete(key);
    const short = new Map(tensors).set(key, new Float32Array(3));
    for (const broken of [missing, short]) {
      const run = () => referenceForward(small, broken, input, OPEN);
      expect(run).toThrow(DyditError);
      expect(run).toThrow(key);
    }
  });
});
