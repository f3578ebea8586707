import { describe, expect, test } from 'vitest';
import { DyditError } from '../../errors';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/checkpoint';
import type { VaeConfig } from '../config';
import { stableDiffusion } from '../testing/vae-fixtures';
import { assertRunnable, inferVaeConfig } from './config';

/** Tensors with shapes and no data. */
function tensors(shapes: Readonly<Record<string, readonly number[]>>): TensorMap {
  return new Map(
    Object.entries(shapes).map(([name, shape]): [string, CheckpointTensor] => [
      name,
      { name, dtype: 'f32', shape, bytes: () => Promise.reject(new Error('has no data')) },
    ]),
  );
}

function layout(
  latentChannels: number,
  levels: readonly number[],
  resnets: number,
  attention: boolean,
): Record<string, readonly number[]> {
  const top = levels[levels.length - 1];
  const shapes: Record<string, readonly number[]> = {
    'encoder.conv_in.weight': [levels[0], 3, 3, 3],
    'decoder.conv_in.weight': [top, latentChannels, 3, 3],
  };
  for (const [level, channels] of [...levels].reverse().entries()) {
    for (let i = 0; i < resnets; i++) {
      shapes[`decoder.up_blocks.${level}.resnets.${i}.conv1.weight`] = [channels, channels, 3, 3];
    }
  }
  if (attention) shapes['decoder.mid_block.attentions.0.group_norm.weight'] = [top];
  return shapes;
}

function failure(work: () => unknown): DyditError {
  try {
    work();
  } catch (error) {
    if (error instanceof DyditError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('inferVaeConfig', () => {
  test("Stable Diffusion's VAE needs no hints", () => {
    expect(inferVaeConfig(tensors(layout(4, [128, 256, 512, 512], 3, true)))).toEqual(
      stableDiffusion,
    );
  });

  test('hints go before what the layout suggests', () => {
    const hints = { normNumGroups: 16, scalingFactor: 0.5 };
    const config = inferVaeConfig(tensors(layout(4, [128, 512], 3, true)), hints);
    expect(config).toMatchObject(hints);
  });

  test('the emoji layout needs hints', () => {
    const emoji = tensors(layout(8, [32, 64, 96, 128], 2, false));
    const { code, message } = failure(() => inferVaeConfig(emoji));
    expect(code).toBe('checkpoint-unsupported');
    expect(message).toContain('norm groups and scaling factor');
    expect(inferVaeConfig(emoji, { normNumGroups: 16, scalingFactor: 1 })).toEqual({
      latentChannels: 8,
      blockOutChannels: [32, 64, 96, 128],
      layersPerBlock: 1,
      normNumGroups: 16,
      midBlockAddAttention: false,
      scalingFactor: 1,
    });
  });

  test.each(['decoder.conv_in.weight', 'decoder.up_blocks.0.resnets.0.conv1.weight'])(
    'without %s the checkpoint is not whole, and the message names it',
    (key) => {
      const shapes = layout(4, [128], 3, true);
      const rest = Object.entries(shapes).filter(([name]) => name !== key);
      const { code, message } = failure(() => inferVaeConfig(tensors(Object.fromEntries(rest))));
      expect(code).toBe('checkpoint-incomplete');
      expect(message).toContain(`"${key}"`);
    },
  );

  test('a VAE that shifts its latents is refused', () => {
    const sd = tensors(layout(4, [128, 256, 512, 512], 3, true));
    const { code, message } = failure(() => inferVaeConfig(sd, { shiftFactor: 0.1159 }));
    expect(code).toBe('checkpoint-unsupported');
    expect(message).toContain('0.1159');
    expect(() => inferVaeConfig(sd, { shiftFactor: 0 })).not.toThrow();
  });

  test('a weight of another rank is refused', () => {
    const shapes = { ...layout(4, [128], 3, true), 'decoder.conv_in.weight': [128, 4] };
    const { code, message } = failure(() => inferVaeConfig(tensors(shapes)));
    expect(code).toBe('checkpoint-unsupported');
    expect(message).toContain('[128, 4]');
  });
});

describe('assertRunnable', () => {
  const runnable: VaeConfig = {
    latentChannels: 4,
    blockOutChannels: [64, 128],
    layersPerBlock: 1,
    normNumGroups: 32,
    midBlockAddAttention: true,
    scalingFactor: 1,
  };

  test.each([
    [{ blockOutChannels: [64, 100] }, '64, 100 channels do not split into 32'],
    [{ blockOutChannels: [] }, 'no channels'],
    [{ normNumGroups: 0 }, 'do not split into 0'],
    [{ blockOutChannels: [128, 1024] }, '1024 channels; at most 512'],
    [{ scalingFactor: 0 }, 'scaling factor is 0'],
    [{ scalingFactor: NaN }, 'scaling factor is NaN'],
  ])('refuses %o', (change, message) => {
    const error = failure(() => assertRunnable({ ...runnable, ...change }));
    expect(error.code).toBe('checkpoint-unsupported');
    expect(error.message).toContain(message);
  });

  test('accepts what the kernels can run', () => {
    expect(() => assertRunnable(runnable)).not.toThrow();
  });
});
