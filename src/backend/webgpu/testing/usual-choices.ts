import type { Forced } from '../variants/choice';

/**
 * The variants that the program chooses without a graphics card, and on one. They are forced through
 * all of the op suite in ops.gpu.test.ts; all others in variants.gpu.test.ts.
 */
export const usualChoices: readonly { readonly name: string; readonly forced: Forced }[] = [
  {
    name: 'on a processor',
    forced: { linear: 'register', attention: 'direct', conv: 'pixels', fused: false },
  },
  {
    name: 'on a card',
    forced: { linear: 'tiled32x4', attention: 'tiled32x72', conv: 'product32', fused: true },
  },
];
