/** A stretch of the items of a run. */
export interface ItemRange {
  readonly start: number;
  readonly count: number;
}

/** Spreads items over lanes as evenly as they go; lanes that would have none are left out. */
export function spreadItems(items: number, lanes: number): readonly ItemRange[] {
  const used = Math.min(items, lanes);
  return Array.from({ length: used }, (_, lane) => {
    const start = Math.floor((lane * items) / used);
    return { start, count: Math.floor(((lane + 1) * items) / used) - start };
  });
}
