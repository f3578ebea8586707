import { setFlagsFromString } from 'node:v8';
import { hasRelaxedSimd } from '../../src/backend/wasm/relaxed-simd';

/**
 * Node 20 has relaxed SIMD, which draws faster, behind a flag. Call it before the engine starts.
 * Delete it when package.json asks for Node 22, which has it without
 * (https://nodejs.org/en/blog/release/v22.0.0, V8 12.4).
 */
export function allowRelaxedSimd(): void {
  if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd');
}
