import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Storage } from '../backend/backend';
import { DyditError } from '../errors';
import { denseFloats } from '../ops/tensor';
import type { Picture } from './api';
import { PictureDecoder } from './picture-decoder';
import { mockConfig } from './testing/mock-network';
import { watchedBackend } from './testing/watched-backend';

const latent: Storage = { spec: denseFloats(1, 1), destroy: () => undefined };

const pictureOf = (image: number): Picture => ({
  width: 1,
  height: 1,
  rgba: Uint8ClampedArray.of(image, 0, 0, 255),
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('guesses what a picture costs by the machine’s speed, then knows', async () => {
  // The mock machine does 1 GFLOP/s: 15 M multiply-adds are 30 ms.
  const decoder = new PictureDecoder(watchedBackend().backend, mockConfig, {
    vae: {
      multiplyAdds: (side) => 7.5e6 * side,
      decode: (_latent, image) => {
        vi.advanceTimersByTime(20);
        return Promise.resolve(pictureOf(image));
      },
    },
  });
  expect(decoder.costMs).toBeCloseTo(30, 9);
  await decoder.decode(latent, 3);
  expect(decoder.costMs).toBeCloseTo(20, 9);
});

it('gives the pictures in order, whichever is ready first', async () => {
  const finish: (() => void)[] = [];
  const done = vi.fn();
  const decoder = new PictureDecoder(watchedBackend().backend, mockConfig, {
    vae: {
      multiplyAdds: () => 0,
      decode: (_latent, image) =>
        new Promise((resolve) => {
          finish[image] = () => resolve(pictureOf(image));
        }),
    },
  });
  const decoding = decoder.decode(latent, 3, { onDecoded: done });
  for (const image of [2, 0, 1]) finish[image]();
  expect((await decoding).map(({ rgba }) => rgba[0])).toEqual([0, 1, 2]);
  expect(done).toHaveBeenCalledTimes(3);
});

it('fails where a picture fails, once no other is being made', async () => {
  let finishLast: () => void = () => undefined;
  const notFinite = new DyditError('not-finite', 'No picture.');
  const decoder = new PictureDecoder(watchedBackend().backend, mockConfig, {
    vae: {
      multiplyAdds: () => 0,
      decode: (_latent, image) =>
        image === 0
          ? Promise.reject(notFinite)
          : new Promise((resolve) => {
              finishLast = () => resolve(pictureOf(image));
            }),
    },
  });
  let settled = false;
  const decoding = decoder.decode(latent, 2).finally(() => {
    settled = true;
  });
  decoding.catch(() => undefined);
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  expect(settled).toBe(false);
  finishLast();
  await expect(decoding).rejects.toBe(notFinite);
});
