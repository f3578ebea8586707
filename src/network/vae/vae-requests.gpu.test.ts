import { describe, expect } from 'vitest';
import { openGpuTests, type TestBed } from '../../backend/webgpu/testing/test-bed';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/checkpoint';
import sdMiniUrl from '../fixtures/vae/sd-mini.safetensors?url';
import { DyditError } from '../../errors';
import { openTensors, sdMini } from './testing';
import { Vae } from './vae';

const { gpuTest } = await openGpuTests();

const fixture = await openTensors(sdMiniUrl);
const side = 2;

function randomLatent(bed: TestBed, images = 1): GPUBuffer {
  const length = images * sdMini.latentChannels * side ** 2;
  return bed.input(
    'latent',
    Float32Array.from({ length }, (_, i) => Math.sin(i)),
  );
}

/** The decoded picture of one latent, from weights that may have been changed. */
async function decode(bed: TestBed, tensors: TensorMap, config = sdMini): Promise<Float32Array> {
  const vae = await Vae.load(bed.library, config, tensors);
  await vae.prepare(side);
  const image = await vae.decodeFloat(randomLatent(bed), 0);
  vae.destroy();
  return image;
}

function renamed(rename: (key: string) => string): TensorMap {
  return new Map([...fixture].map(([key, tensor]) => [rename(key), tensor]));
}

function without(key: string): TensorMap {
  return new Map([...fixture].filter(([name]) => name !== key));
}

async function failure(work: Promise<unknown>): Promise<DyditError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DyditError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('Vae.load', () => {
  gpuTest("takes the names of diffusers' older versions", async (bed) => {
    const old = new Map([
      ['to_q', 'query'],
      ['to_k', 'key'],
      ['to_v', 'value'],
      ['to_out.0', 'proj_attn'],
    ]);
    const tensors = renamed((key) =>
      key.replace(/(?<=attentions\.0\.)(to_[qkv]|to_out\.0)/, (name) => old.get(name) ?? name),
    );
    expect(tensors.has('decoder.mid_block.attentions.0.proj_attn.bias')).toBe(true);
    expect(await decode(bed, tensors)).toEqual(await decode(bed, fixture));
  });

  gpuTest('ignores the encoder', async (bed) => {
    const broken: CheckpointTensor = {
      name: 'encoder.conv_in.weight',
      dtype: 'f32',
      shape: [1],
      bytes: () => Promise.reject(new Error('the encoder was read')),
    };
    const fractions: number[] = [];
    const vae = await Vae.load(bed.library, sdMini, new Map([...fixture, [broken.name, broken]]), {
      onProgress: (fraction) => fractions.push(fraction),
    });
    vae.destroy();
    expect(fractions.at(-1)).toBeCloseTo(1, 10);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });

  gpuTest('post_quant_conv is optional', async (bed) => {
    const bare = new Map([...fixture].filter(([key]) => !key.startsWith('post_quant_conv')));
    const image = await decode(bed, bare);
    expect(image.every(Number.isFinite)).toBe(true);
    expect(image).not.toEqual(await decode(bed, fixture));
  });

  gpuTest('divides by the scaling factor', async (bed) => {
    const scaled = await decode(bed, fixture, { ...sdMini, scalingFactor: 0.5 });
    const vae = await Vae.load(bed.library, sdMini, fixture);
    await vae.prepare(side);
    const twice = Float32Array.from({ length: 16 }, (_, i) => 2 * Math.sin(i));
    expect(await vae.decodeFloat(bed.input('latent', twice), 0)).toEqual(scaled);
    vae.destroy();
  });

  for (const key of [
    'decoder.conv_in.weight',
    'decoder.mid_block.attentions.0.to_v.bias',
    'decoder.up_blocks.2.resnets.0.conv_shortcut.weight',
    'decoder.conv_norm_out.bias',
  ]) {
    gpuTest(`names ${key} where it is missing`, async (bed) => {
      const error = await failure(Vae.load(bed.library, sdMini, without(key)));
      expect(error.code).toBe('checkpoint-broken');
      expect(error.message).toContain(`"${key}"`);
    });
  }

  gpuTest('names both shapes where one is wrong', async (bed) => {
    const wide = { ...sdMini, blockOutChannels: [8, 16, 24, 32] };
    const error = await failure(Vae.load(bed.library, wide, fixture));
    expect(error.code).toBe('checkpoint-broken');
    expect(error.message).toContain('"decoder.conv_in.weight"');
    expect(error.message).toContain('[24, 4, 3, 3]');
    expect(error.message).toContain('[32, 4, 3, 3]');
  });

  gpuTest('refuses a configuration that no kernel can run', async (bed) => {
    const error = await failure(Vae.load(bed.library, { ...sdMini, normNumGroups: 5 }, fixture));
    expect(error.code).toBe('checkpoint-unsupported');
  });

  gpuTest('can be cancelled', async (bed) => {
    const signal = AbortSignal.abort();
    const error = await failure(Vae.load(bed.library, sdMini, fixture, { signal }));
    expect(error.code).toBe('cancelled');
  });
});

describe('Vae.decode', () => {
  gpuTest('gives the bytes of the float picture, whatever was decoded before', async (bed) => {
    const vae = await Vae.load(bed.library, sdMini, fixture);
    await vae.prepare(side);
    const latent = randomLatent(bed, 2);
    const first = await vae.decode(latent, 1);
    await vae.decode(latent, 0);
    const again = await vae.decode(latent, 1);
    expect([first.width, first.height]).toEqual([16, 16]);
    expect(again.rgba).toEqual(first.rgba);
    const image = await vae.decodeFloat(latent, 1);
    const bytes = Uint8ClampedArray.from({ length: 4 * 256 }, (_, i) => {
      const value = 127.5 * image[(i % 4) * 256 + Math.floor(i / 4)] + 128;
      return i % 4 === 3 ? 255 : Math.floor(Math.min(255, Math.max(0, value)));
    });
    const different = first.rgba.filter((byte, i) => Math.abs(byte - bytes[i]) > 1);
    expect(different).toHaveLength(0);
    vae.destroy();
  });

  gpuTest('another latent size after the first', async (bed) => {
    const vae = await Vae.load(bed.library, sdMini, fixture);
    await vae.prepare(side);
    const before = await vae.decode(randomLatent(bed), 0);
    await vae.prepare(1);
    expect((await vae.decode(randomLatent(bed), 0)).width).toBe(8);
    await vae.prepare(side);
    expect(await vae.decode(randomLatent(bed), 0)).toEqual(before);
    vae.destroy();
  });

  gpuTest('reports values that are not finite, and recovers', async (bed) => {
    const vae = await Vae.load(bed.library, sdMini, fixture);
    await vae.prepare(side);
    const good = await vae.decode(randomLatent(bed), 0);
    for (const value of [NaN, Infinity]) {
      const latent = bed.input('latent', new Float32Array(16).fill(value, 5, 6));
      expect((await failure(vae.decode(latent, 0))).code).toBe('not-finite');
    }
    expect(await vae.decode(randomLatent(bed), 0)).toEqual(good);
    vae.destroy();
  });

  gpuTest('refuses what it can not do', async (bed) => {
    const vae = await Vae.load(bed.library, sdMini, fixture);
    const latent = randomLatent(bed);
    expect((await failure(vae.decode(latent, 0))).message).toContain('not prepared');
    await vae.prepare(side);
    for (const image of [-1, 100]) {
      const error = await failure(vae.decode(latent, image));
      expect(error.code).toBe('invalid-request');
      expect(error.message).toContain(`image ${image} is not in`);
    }
    const running = vae.decode(latent, 0);
    expect((await failure(vae.decode(latent, 0))).message).toContain('another picture');
    await running;
    vae.destroy();
  });

  gpuTest('destroy while decoding ends it as cancelled', async (bed) => {
    const vae = await Vae.load(bed.library, sdMini, fixture);
    await vae.prepare(side);
    const running = failure(vae.decode(randomLatent(bed), 0));
    vae.destroy();
    expect((await running).code).toBe('cancelled');
  });
});
