import { expect } from 'vitest';
import { exposeGpu } from '../vulkan/dawn';

/* Gives the tests the `navigator.gpu` of lavapipe, as a browser would. */
const gpu = await exposeGpu();
const adapter = await gpu.requestAdapter();
expect(adapter, 'an adapter of lavapipe').not.toBeNull();
expect(adapter?.info.description, 'the adapter is lavapipe').toMatch(/llvmpipe/i);
// What the run is for: the f16 variants would be left out without a word.
expect(adapter?.features.has('shader-f16'), 'lavapipe has shader-f16').toBe(true);
