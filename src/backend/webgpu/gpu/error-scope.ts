import { DyditError } from '../../../errors';
import { sideBySide } from '../../side-by-side';
import type { Gpu } from './device';
import { deviceFailure } from './failure';

/**
 * Runs `work` with out-of-memory and validation errors of the device caught and typed.
 * @param what names the work in the message ("loading the model")
 * @throws DyditError `out-of-memory` or `internal`, `device-lost`, or what `work` throws
 */
export async function withErrorScopes<T>(
  gpu: Gpu,
  what: string,
  work: () => Promise<T> | T,
): Promise<T> {
  const { device } = gpu;
  device.pushErrorScope('validation');
  device.pushErrorScope('internal');
  device.pushErrorScope('out-of-memory');
  let outcome: { readonly value: T } | { readonly thrown: unknown };
  try {
    outcome = { value: await work() };
  } catch (thrown) {
    outcome = { thrown };
  }
  // All at once, so that none is left behind where one is refused.
  const popped = [device.popErrorScope(), device.popErrorScope(), device.popErrorScope()];
  const scopes = await sideBySide(popped).catch(async (cause: unknown) => {
    // A lost device may not answer; what the work threw says more.
    if ('thrown' in outcome) throw outcome.thrown;
    throw await deviceFailure(gpu, what, cause);
  });
  if (scopes.some((error) => error instanceof GPUOutOfMemoryError)) {
    throw new DyditError(
      'out-of-memory',
      `The graphics adapter ran out of memory while ${what}.`,
      'Generate fewer images at once, or close other tabs.',
    );
  }
  if ('thrown' in outcome) throw outcome.thrown;
  const other = scopes.find((error) => error !== null);
  if (other) {
    throw new DyditError(
      'internal',
      `The graphics adapter rejected a command while ${what}: ${other.message}`,
      'Reload the page; if it comes back, please report it with this sentence.',
    );
  }
  return outcome.value;
}
