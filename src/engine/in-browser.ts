import type { Engine, EngineOptions, ModelSource } from './api';
import { assertEngineOptions, assertModelSource } from './arguments';
import { createEngine as createWorkerEngine } from './worker/client';

/** The engine as browsers get it: `import { createEngine } from 'dydit-web/engine'`. */
export * from './public';

/**
 * Starts the engine in a worker.
 * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed`, `invalid-request`,
 * `not-answering`, `worker-failed`, `cancelled`
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  assertEngineOptions(options);
  const engine = await createWorkerEngine(options);
  return {
    ...engine,
    async load(source, loading) {
      assertModelSource(source);
      return engine.load(seenFromHere(source), loading);
    },
  };
}

/** An address as the caller means it: the worker's script is somewhere else. */
function seenFromHere(source: ModelSource): ModelSource {
  if (source.kind !== 'manifest') return source;
  const base = 'document' in globalThis ? document.baseURI : location.href;
  return { ...source, url: new URL(source.url, base).href };
}
