/** Heads of the official sizes by hidden size (DiT, table 1): S, B, L, XL. */
export const officialHeads: ReadonlyMap<number, number> = new Map([
  [384, 6],
  [768, 12],
  [1024, 16],
  [1152, 16],
]);
