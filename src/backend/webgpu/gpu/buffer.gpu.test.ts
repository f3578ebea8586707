import { afterAll, describe, expect, test } from 'vitest';
import { readBuffer } from '../testing/read-buffer';
import { BufferArena } from './buffer';
import { requestGpu, type Gpu } from './device';
import { withErrorScopes } from './error-scope';

const gpu = await requestGpu(navigator.gpu);
afterAll(() => gpu.device.destroy());

/** The same device, failing where a buffer is asked for. */
function withoutBuffers(): Gpu {
  const device = new Proxy(gpu.device, {
    get: (target, key): unknown => {
      if (key === 'createBuffer') throw new Error('the device was asked');
      return Reflect.get(target, key);
    },
  });
  return { ...gpu, device };
}

describe('BufferArena', () => {
  test('refuses what is over a limit before asking the device', () => {
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    const arena = new BufferArena(withoutBuffers(), 'Vae');
    const tooLarge = () => arena.create('hidden', limit + 4);
    expect(tooLarge).toThrow(expect.objectContaining({ code: 'limit-too-small' }));
    expect(tooLarge).toThrow(/^Vae\.hidden needs a buffer of \d+ MiB/);
    expect(() => arena.create('hidden', 4)).toThrow('the device was asked');
  });

  for (const length of [0, 1, 2, 3, 4, 5, 63, 64, 65]) {
    test(`gives back ${length} bytes as they were`, async () => {
      const read = await withErrorScopes(gpu, 'testing', async () => {
        const arena = new BufferArena(gpu, 'Test');
        // A view that does not start where its memory starts.
        const data = Uint8Array.from({ length: length + 1 }, (_, i) => 200 - i).subarray(1);
        const bytes = await readBuffer(gpu, arena.upload('bytes', data), length);
        arena.destroy();
        return new Uint8Array(bytes);
      });
      expect([...read]).toEqual(Array.from({ length }, (_, i) => 199 - i));
    });
  }

  test('makes zeroed buffers with a label', async () => {
    const arena = new BufferArena(gpu, 'Dit');
    const buffer = arena.create('x', 40);
    expect(buffer.label).toBe('Dit.x');
    expect(new Uint8Array(await readBuffer(gpu, buffer, 40))).toEqual(new Uint8Array(40));
    arena.destroy();
  });

  test('frees its buffers and what it adopted', async () => {
    const arena = new BufferArena(gpu, 'Test');
    const buffer = arena.create('x', 16);
    let adopted = 'held';
    arena.adopt({ destroy: () => (adopted = 'freed') });
    arena.destroy();
    expect(adopted).toBe('freed');
    // Using a destroyed buffer is what tells that it was destroyed.
    const use = withErrorScopes(gpu, 'reading', async () => {
      const encoder = gpu.device.createCommandEncoder();
      encoder.clearBuffer(buffer);
      gpu.device.queue.submit([encoder.finish()]);
      await gpu.device.queue.onSubmittedWorkDone();
    });
    await expect(use).rejects.toMatchObject({ code: 'internal' });
  });
});
