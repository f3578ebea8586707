import { createStore, get, set } from 'idb-keyval';
import type { KeyValueStore } from '../backend/webgpu/kernel-memory';

/** What was measured of the graphics card, in the browser's storage; undefined where there is none. */
export function kernelStore(): KeyValueStore | undefined {
  if (!('indexedDB' in globalThis)) return undefined;
  const store = createStore('dydit-kernels', 'kernels');
  return {
    get: (key) => get<unknown>(key, store),
    set: (key, value) => set(key, value, store),
  };
}
