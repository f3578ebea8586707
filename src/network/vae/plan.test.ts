import { describe, expect, test } from 'vitest';
import type { VaeConfig } from '../config';
import { multiplyAdds, planDecoder, type Feature } from './plan';

const stableDiffusion: VaeConfig = {
  latentChannels: 4,
  blockOutChannels: [128, 256, 512, 512],
  layersPerBlock: 2,
  normNumGroups: 32,
  midBlockAddAttention: true,
  scalingFactor: 0.18215,
};

const emoji: VaeConfig = {
  latentChannels: 8,
  blockOutChannels: [32, 64, 96, 128],
  layersPerBlock: 1,
  normNumGroups: 16,
  midBlockAddAttention: false,
  scalingFactor: 1,
};

const same = (a: Feature | undefined, b: Feature | undefined): boolean =>
  a?.slot === b?.slot && a?.side === b?.side && a?.channels === b?.channels;

describe.each([
  ['Stable Diffusion', stableDiffusion, 64, true],
  ['emoji', emoji, 16, true],
  ['emoji without post_quant_conv', emoji, 16, false],
])('plan of %s', (_name, config, side, postQuantConv) => {
  const plan = planDecoder(config, side, postQuantConv);

  test('reads only what is still there, and never from the buffer it writes', () => {
    // What each buffer holds, as the operations go by.
    const held: Feature[] = [];
    held[plan.latent.slot] = plan.latent;
    for (const operation of plan.operations) {
      const { x, y, key } = operation;
      expect(same(held[x.slot], x), `${key}: x`).toBe(true);
      expect(x.slot, key).not.toBe(y.slot);
      if (operation.kind === 'conv' && operation.residual) {
        const { residual } = operation;
        expect(same(held[residual.slot], residual), `${key}: residual`).toBe(true);
        expect(same({ ...residual, slot: y.slot }, y), `${key}: residual's shape`).toBe(true);
        expect(residual.slot, key).not.toBe(y.slot);
      }
      held[y.slot] = y;
    }
    expect(same(held[plan.image.slot], plan.image)).toBe(true);
  });

  test('three buffers, each as large as the largest picture in it', () => {
    expect(plan.slotFloats).toHaveLength(3);
    for (const { y } of plan.operations) {
      expect(plan.slotFloats[y.slot]).toBeGreaterThanOrEqual(y.side ** 2 * y.channels);
    }
  });

  test('names every layer once and ends in a picture', () => {
    const keys = plan.operations
      .filter(({ kind }) => kind !== 'attention')
      .map(({ key, kind }) => `${key} ${kind}`);
    expect(new Set(keys).size).toBe(keys.length);
    const scale = 2 ** (config.blockOutChannels.length - 1);
    expect(plan.image).toMatchObject({ side: side * scale, channels: 3 });
    expect(keys.includes('post_quant_conv conv')).toBe(postQuantConv);
  });
});

test('512 pixels of Stable Diffusion fit in 700 MiB of activations', () => {
  const { slotFloats } = planDecoder(stableDiffusion, 64, true);
  const bytes = 4 * slotFloats.reduce((sum, floats) => sum + floats, 0);
  expect(bytes / 2 ** 20).toBeLessThanOrEqual(700);
});

describe('multiplyAdds', () => {
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
    expect(multiplyAdds(config, 3)).toBe(9 * perPixel + attention);
  });

  test('of the embedded decoder', () => {
    // Elements of each weight times pixels, summed over the file by a script of its own.
    expect(multiplyAdds(emoji, 16)).toBe(3_287_040_000);
  });
});
