import type { Engine, EngineOptions } from './api';
import { createEngine as createWorkerEngine } from './worker/client';

/** The engine without the page, on any platform; the package has an entry for each, see beside. */
export * from './public';

/**
 * Starts the engine: in a worker where the platform has them (browsers), else on this thread (Node).
 * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed`, `invalid-request`
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  if ('Worker' in globalThis) return createWorkerEngine(options);
  const { createLocalEngine } = await import('./local-engine');
  return createLocalEngine(options);
}
