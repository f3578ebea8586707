import { describe, expect } from 'vitest';
import embeddedCaseUrl from '../../../conformance/cases/emoji/check.safetensors?url';
import { expectClose } from '../../backend/webgpu/testing/expect-close';
import { openGpuTests } from '../../backend/webgpu/testing/test-bed';
import { readFloat32 } from '../../checkpoint/decode';
import emojiMiniUrl from '../fixtures/vae/emoji-mini.safetensors?url';
import sdMiniUrl from '../fixtures/vae/sd-mini.safetensors?url';
import { emojiMini, emojiStarter, fixtureTensor, openTensors, sdMini } from './testing';
import { Vae } from './vae';

const { gpuTest } = await openGpuTests();

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
      const tensors = await openTensors(url);
      const z = fixtureTensor(tensors, 'fixture.z');
      const images = await readFloat32(fixtureTensor(tensors, 'fixture.image'));
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

  gpuTest('the embedded weights', async (bed) => {
    const check = await openTensors(embeddedCaseUrl);
    const latent = bed.input('latent', await readFloat32(fixtureTensor(check, 'z')));
    const reference = await readFloat32(fixtureTensor(check, 'image'));
    const vae = await Vae.load(
      bed.library,
      emojiStarter,
      await openTensors('/models/emoji/emoji-vae.safetensors'),
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
