import { createRequire } from 'node:module';
import { DyditError } from '../../src/errors';

/*
 * Dawn for Node, npm's `webgpu` (MIT): not among the dependencies, as it is 51 MB to fetch and 132 MB on disk
 * that a visitor, a developer and CI's other tests do without.
 */

const packageName: string = 'webgpu';

/** How the package is had. */
export const dawnAdvice = 'npm install --no-save webgpu@0.6.2';

export function hasDawn(): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    return false;
  }
}

/**
 * Gives this process the `navigator.gpu` and the constants of WebGPU that a browser has.
 * @throws DyditError `invalid-request` where the package is not installed
 */
export async function exposeGpu(): Promise<GPU> {
  if (!hasDawn()) {
    throw new DyditError(
      'invalid-request',
      `WebGPU in Node needs the package ${packageName}, which is not installed.`,
      `Install it with: ${dawnAdvice}`,
    );
  }
  const dawn: unknown = await import(/* @vite-ignore */ packageName);
  if (!isDawn(dawn)) throw new Error(`The package ${packageName} is not what it was.`);
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { gpu } });
  return gpu;
}

function isDawn(loaded: unknown): loaded is {
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
