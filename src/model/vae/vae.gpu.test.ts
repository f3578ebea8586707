import { describe, expect } from 'vitest';
import starterCaseUrl from '../../../conformance/cases/starter/check.safetensors?url';
import { expectClose } from '../../kernels/testing/expect-close';
import { openGpuTests } from '../../kernels/testing/test-bed';
import type { CheckpointTensor, TensorMap } from '../checkpoint/checkpoint';
import { readFloat32 } from '../checkpoint/decode';
import { openCheckpoint } from '../checkpoint/open';
import type { VaeConfig } from '../config';
import emojiMiniUrl from '../fixtures/vae/emoji-mini.safetensors?url';
import sdMiniUrl from '../fixtures/vae/sd-mini.safetensors?url';
import { Vae } from './vae';

const { gpuTest } = await openGpuTests();

async function open(url: string): Promise<TensorMap> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return (await openCheckpoint(await response.blob(), url)).tensors;
}

function tensor(tensors: TensorMap, key: string): CheckpointTensor {
  const found = tensors.get(key);
  if (!found) throw new Error(`The fixture has no tensor "${key}".`);
  return found;
}

/** The layouts of training/fixtures; z goes into post_quant_conv as it is. */
const sdMini: VaeConfig = {
  latentChannels: 4,
  blockOutChannels: [8, 16, 24, 24],
  layersPerBlock: 2,
  normNumGroups: 8,
  midBlockAddAttention: true,
  scalingFactor: 1,
};

const emojiMini: VaeConfig = {
  latentChannels: 8,
  blockOutChannels: [16, 24, 32, 40],
  layersPerBlock: 1,
  normNumGroups: 8,
  midBlockAddAttention: false,
  scalingFactor: 1,
};

const starter: VaeConfig = {
  latentChannels: 8,
  blockOutChannels: [32, 64, 96, 128],
  layersPerBlock: 1,
  normNumGroups: 16,
  midBlockAddAttention: false,
  scalingFactor: 1,
};

/** An element may be off by 1e-3 of the largest |reference|. */
function expectPicture(actual: Float32Array, reference: Float32Array, side: number): void {
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expectClose(actual, reference, { abs: 1e-3 * largest, rel: 0 }, [3, side, side]);
}

describe('Vae against diffusers', () => {
  for (const [name, url, config] of [
    ['the SD layout', sdMiniUrl, sdMini],
    ['the emoji layout', emojiMiniUrl, emojiMini],
  ] as const) {
    gpuTest(name, async (bed) => {
      const tensors = await open(url);
      const z = tensor(tensors, 'fixture.z');
      const images = await readFloat32(tensor(tensors, 'fixture.image'));
      const latent = bed.input('latent', await readFloat32(z));
      const vae = await Vae.load(bed.library, config, tensors);
      await vae.prepare(z.shape[2]);
      const side = 8 * z.shape[2];
      // Backwards, and twice, so that nothing of a picture before shows.
      for (const image of [1, 0, 1]) {
        const actual = await vae.decodeFloat(latent, image);
        const size = 3 * side ** 2;
        expectPicture(actual, images.subarray(image * size, (image + 1) * size), side);
      }
      vae.destroy();
    });
  }

  gpuTest('the starter weights', async (bed) => {
    const check = await open(starterCaseUrl);
    const latent = bed.input('latent', await readFloat32(tensor(check, 'z')));
    const reference = await readFloat32(tensor(check, 'image'));
    const vae = await Vae.load(
      bed.library,
      starter,
      await open('/models/emoji/emoji-vae.safetensors'),
    );
    await vae.prepare(16);
    expectPicture(await vae.decodeFloat(latent, 0), reference, 128);
    const { width, height, rgba } = await vae.decode(latent, 0);
    expect([width, height]).toEqual([128, 128]);
    const pixels = 128 * 128;
    const bytes = Float32Array.from({ length: 4 * pixels }, (_, i) => {
      if (i % 4 === 3) return 255;
      const value = 127.5 * reference[(i % 4) * pixels + Math.floor(i / 4)] + 128;
      return Math.floor(Math.min(255, Math.max(0, value)));
    });
    // Rounding down makes a whole step of the smallest difference.
    expectClose(rgba, bytes, { abs: 1, rel: 0 }, [128, 128, 4]);
    vae.destroy();
  });
});
