import { describe, expect, test } from 'vitest';
import { layersOf } from '../../ops/program';
import { planSlots } from '../../ops/slots';
import { elementCount } from '../../ops/tensor';
import type { VaeConfig } from '../config';
import { emojiSized as emoji, stableDiffusion } from '../testing/vae-fixtures';
import { decoderCost, decoderSpecs, recordDecoder } from './network';

describe.each([
  ['Stable Diffusion', stableDiffusion, 64, true],
  ['emoji', emoji, 16, true],
  ['emoji without post_quant_conv', emoji, 16, false],
])('decoder of %s', (_name, config, latentSide, postQuantConv) => {
  const shape = { config, latentSide, postQuantConv };
  const program = recordDecoder(shape);

  test('three places for its activations where none is made in strips, and small ones for statistics', () => {
    const whole = recordDecoder({ ...shape, memory: { strip: Infinity, doubled: Infinity } });
    const { sizes } = planSlots(whole, elementCount);
    const side = 8 * latentSide;
    const statistics = 2 * side * Math.max(...config.blockOutChannels);
    expect(sizes.filter((size) => size > statistics)).toHaveLength(3);
    expect(sizes.length).toBeLessThanOrEqual(5);
  });

  test('names every layer once', () => {
    const named = program.ops.flatMap((op) => ('layer' in op ? [op.layer.name] : []));
    expect(layersOf([program]).map(({ name }) => name)).toEqual([...new Set(named)]);
    expect(named.includes('post_quant_conv')).toBe(postQuantConv);
    // Whole, each is used once; a layer that another one of the same name replaced would be missing.
    const whole = recordDecoder({ ...shape, memory: { strip: Infinity, doubled: Infinity } });
    const once = whole.ops.flatMap((op) => ('layer' in op ? [op.layer.name] : []));
    expect(new Set(once).size).toBe(once.length);
  });

  test('ends in a picture eight times as large', () => {
    expect(decoderSpecs(shape).picture.rows).toBe((8 * latentSide) ** 2);
    expect(program.ops.at(-1)?.kind).toBe('picture');
  });
});

describe('decoderCost', () => {
  test('of a decoder small enough to count by hand', () => {
    const config: VaeConfig = {
      latentChannels: 2,
      blockOutChannels: [4],
      layersPerBlock: 0,
      normNumGroups: 1,
      midBlockAddAttention: true,
      scalingFactor: 1,
    };
    // Per pixel of 9: post_quant_conv, conv_in, three resnets, conv_out; then the attention.
    const perPixel = 2 * 2 + 9 * 2 * 4 + 3 * 2 * 9 * 4 * 4 + 9 * 4 * 3;
    const attention = 9 * (3 * 4 * 4 + 4 * 4) + 2 * 9 * 9 * 4;
    const shape = { config, latentSide: 3, postQuantConv: true };
    expect(decoderCost(shape)).toBe(9 * perPixel + attention);
  });

  test('of a decoder of the size of the embedded one', () => {
    // By PyTorch's modules as they run: training/autoencoder.py, multiply_adds.
    const shape = { config: emoji, latentSide: 16, postQuantConv: true };
    expect(decoderCost(shape)).toBe(1_413_496_832);
  });
});
