import { describe, expect, test } from 'vitest';
import { createWasmBackend } from '../../backend/wasm/wasm-backend';
import { axisLength } from '../../ops/axis';
import { tapsOf, type Layer, type LayerWeights } from '../../ops/layer';
import { layersOf } from '../../ops/program';
import { planSlots } from '../../ops/slots';
import { elementCount, type Tensor } from '../../ops/tensor';
import { uploadLayers } from '../lane-weights';
import { stableDiffusion } from '../testing/vae-fixtures';
import { LaneDecoder } from './decoder';
import { decoderCost, recordDecoder, type DecoderShape } from './network';
import { usualMemory } from './strips';

const unbounded = { strip: Infinity, doubled: Infinity };
const MiB = 2 ** 20;

const bytesOf = (tensor: Tensor): number => 4 * elementCount(tensor);

function shapeAt(pictureSide: number): DecoderShape {
  return { config: stableDiffusion, latentSide: pictureSide / 8, postQuantConv: true };
}

describe("Stable Diffusion's decoder at 512 pixels", () => {
  const program = recordDecoder(shapeAt(512));

  test('takes 356 MiB beside its weights, where 641 would hold all whole', () => {
    const planned = (shape: DecoderShape): number =>
      planSlots(recordDecoder(shape), bytesOf).sizes.reduce((sum, size) => sum + size, 0);
    expect(planned(shapeAt(512)) / MiB).toBeLessThanOrEqual(356);
    expect(planned({ ...shapeAt(512), memory: unbounded }) / MiB).toBeGreaterThan(640);
  });

  test('has no tensor that a WebGPU device without raised limits does not bind', () => {
    expect(Math.max(...program.tensors.map(bytesOf))).toBeLessThanOrEqual(128 * MiB);
  });

  test('does 8 % more work than without a bound, and at 256 pixels none', () => {
    const ratio = (side: number): number =>
      decoderCost(shapeAt(side)) / decoderCost({ ...shapeAt(side), memory: unbounded });
    expect(ratio(512)).toBeGreaterThan(1);
    expect(ratio(512)).toBeLessThanOrEqual(1.08);
    expect(ratio(256)).toBe(1);
  });
});

describe("TAESD's decoder at 1,024 pixels", () => {
  const shape: DecoderShape = {
    config: {
      latentChannels: 4,
      blockOutChannels: [64, 64, 64, 64],
      blocksPerLevel: [3, 3, 3, 1],
      scalingFactor: 1,
    },
    latentSide: 128,
    postQuantConv: false,
  };
  const bytes = (of: DecoderShape): readonly number[] =>
    planSlots(recordDecoder(of), bytesOf).sizes;

  test('takes 209 MiB beside its weights, where 768 would hold all whole', () => {
    const sum = (sizes: readonly number[]) => sizes.reduce((all, size) => all + size, 0);
    expect(sum(bytes(shape)) / MiB).toBeLessThanOrEqual(209);
    expect(sum(bytes({ ...shape, memory: unbounded })) / MiB).toBeGreaterThan(767);
  });

  test('has no tensor that a WebGPU device without raised limits does not bind', () => {
    expect(Math.max(...bytes(shape))).toBeLessThanOrEqual(128 * MiB);
    expect(Math.max(...bytes({ ...shape, memory: unbounded }))).toBe(256 * MiB);
  });

  test('does 4 % more work than without a bound, and at 512 pixels none', () => {
    const ratio = (latentSide: number): number => {
      const here = { ...shape, latentSide };
      return decoderCost(here) / decoderCost({ ...here, memory: unbounded });
    };
    expect(ratio(128)).toBeGreaterThan(1);
    expect(ratio(128)).toBeLessThanOrEqual(1.04);
    expect(ratio(64)).toBe(1);
  });
});

/** An eighth of the channels, and of the memory for strips. */
const narrow: DecoderShape = {
  config: { ...stableDiffusion, blockOutChannels: [16, 32, 64, 64], normNumGroups: 4 },
  latentSide: 64,
  postQuantConv: true,
};
const narrowMemory = { strip: usualMemory.strip / 8, doubled: usualMemory.doubled / 8 };

test('the processor allocates no more than the plan', async () => {
  const backend = await createWasmBackend({ threads: 1, memoryLimit: 60 * MiB });
  try {
    const [weights] = await uploadLayers(backend, {
      ...{ label: 'Test', what: 'a test' },
      layers: layersOf([recordDecoder(narrow)]),
      read: (layer) => Promise.resolve(zerosOf(layer)),
    });
    const [lane] = backend.lanes;
    const prepare = (memory: DecoderShape['memory']) =>
      LaneDecoder.prepare(lane, weights, { ...narrow, memory });
    await expect(prepare(unbounded)).rejects.toMatchObject({ code: 'out-of-memory' });
    // An eighth of 356 MiB, the picture itself, keys and values of the attention, weights.
    (await prepare(narrowMemory)).destroy();
  } finally {
    backend.destroy();
  }
});

function zerosOf(layer: Layer): LayerWeights {
  switch (layer.kind) {
    case 'conv': {
      const columns = axisLength(layer.n);
      const taps = layer.doubles ? 9 : tapsOf(layer);
      const weight = new Float32Array(columns * layer.channels * taps);
      return { layer, weight, bias: new Float32Array(columns) };
    }
    case 'norm':
      return {
        layer,
        gamma: new Float32Array(layer.channels),
        beta: new Float32Array(layer.channels),
      };
    default:
      throw new Error(`A decoder has no ${layer.kind} layer.`);
  }
}
