import { expect } from 'vitest';

/*
 * Gives the tests the `navigator.gpu` of npm `webgpu` (Dawn for Node), as a browser would. The
 * package is optional: 132 MB that only this run needs.
 */
const name: string = 'webgpu';
const dawn: unknown = await import(/* @vite-ignore */ name);
const gpu = makeGpu(dawn);
Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { gpu } });

const adapter = await gpu.requestAdapter();
expect(adapter, 'an adapter of lavapipe').not.toBeNull();
expect(adapter?.info.description, 'the adapter is lavapipe').toMatch(/llvmpipe/i);
// What the run is for: the f16 variants would be left out without a word.
expect(adapter?.features.has('shader-f16'), 'lavapipe has shader-f16').toBe(true);

function makeGpu(loaded: unknown): GPU {
  if (!hasCreate(loaded)) throw new Error('The package webgpu is not what it was.');
  Object.assign(globalThis, loaded.globals);
  return loaded.create([]);
}

function hasCreate(loaded: unknown): loaded is {
  create: (options: readonly string[]) => GPU;
  globals: object;
} {
  return (
    typeof loaded === 'object' &&
    loaded !== null &&
    'create' in loaded &&
    typeof loaded.create === 'function' &&
    'globals' in loaded &&
    typeof loaded.globals === 'object'
  );
}
