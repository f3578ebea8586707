/** Cross-origin isolation, without which threads can't share a memory. A host sends the same. */
export const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
