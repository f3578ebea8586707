import { afterAll, describe, expect, test } from 'vitest';
import { DyditError } from '../../../errors';
import { requestGpu } from './device';
import { withErrorScopes } from './error-scope';

const gpu = await requestGpu(navigator.gpu);
afterAll(() => gpu.device.destroy());

/** A command that the device rejects: a buffer that is mapped for both. */
function makeInvalidBuffer(): void {
  gpu.device.createBuffer({
    size: 16,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.MAP_WRITE,
  });
}

describe('withErrorScopes', () => {
  test('gives the value of work that goes well', async () => {
    await expect(withErrorScopes(gpu, 'testing', () => 42)).resolves.toBe(42);
  });

  test('types a validation error and names the work', async () => {
    const work = withErrorScopes(gpu, 'loading the model', makeInvalidBuffer);
    await expect(work).rejects.toMatchObject({ code: 'internal' });
    await expect(work).rejects.toThrow('while loading the model');
  });

  test('throws what the work throws, and leaves no scope behind', async () => {
    const thrown = new DyditError('cancelled', 'Cancelled.');
    const work = withErrorScopes(gpu, 'testing', () => {
      throw thrown;
    });
    await expect(work).rejects.toBe(thrown);
    await expect(gpu.device.popErrorScope()).rejects.toThrow();
  });

  test('nests', async () => {
    const inner = withErrorScopes(gpu, 'outer', async () => {
      await expect(withErrorScopes(gpu, 'inner', makeInvalidBuffer)).rejects.toBeInstanceOf(
        DyditError,
      );
      return 'reached';
    });
    await expect(inner).resolves.toBe('reached');
  });
});
