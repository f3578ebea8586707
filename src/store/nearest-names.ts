/** Most names that are suggested. */
const shown = 5;

/** Changed letters, as a share of the longer name, above which two names are not alike. */
const alike = 0.4;

/**
 * Names that someone who wrote `wanted` may have meant, the likeliest first: those that contain it
 * as a word, then those that are spelt much like it.
 */
export function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  const text = wanted.toLowerCase();
  const scored = names.map((name) => ({ name, distance: distanceOf(text, name.toLowerCase()) }));
  return scored
    .filter(({ distance }) => distance <= alike)
    .sort((a, b) => a.distance - b.distance || a.name.length - b.name.length)
    .slice(0, shown)
    .map(({ name }) => name);
}

/** 0 for a name with that very word, else the share of letters to change. */
function distanceOf(text: string, name: string): number {
  const words = name.split('-');
  if (words.includes(text)) return 0;
  const shares = [name, ...words].map(
    (word) => editDistance(text, word) / Math.max(text.length, word.length),
  );
  return Math.min(...shares);
}

/** Letters to insert, delete or replace to make one text of the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
