import type { WeightType } from './case-builder';
import { randomFloats, seededRandom } from './random';

export const weightTypes: readonly WeightType[] = ['f32', 'f16', 'int8'];

/** Sizes at which tiles end early, or are not full at all. */
export const oddCounts = [1, 63, 65] as const;

const some = seededRandom(99);

/** Which of two items' 33 tokens are kept. */
export const keptPatterns: readonly { readonly name: string; readonly kept: readonly boolean[] }[] =
  [
    { name: 'none', kept: pattern(() => false) },
    { name: 'all', kept: pattern(() => true) },
    { name: 'the first', kept: pattern((token) => token === 0) },
    { name: 'the last', kept: pattern((token) => token === 65) },
    { name: 'those of the second item', kept: pattern((token) => token >= 33) },
    { name: 'about half', kept: pattern(() => some() < 0.5) },
  ];

function pattern(keep: (token: number) => boolean): readonly boolean[] {
  return Array.from({ length: 66 }, (_, token) => keep(token));
}

/** Random packed rows of the kept tokens; those past the count are NaN, so that a use of them shows. */
export function poisonedRows(
  random: () => number,
  kept: readonly boolean[],
  columns: number,
): Float32Array<ArrayBuffer> {
  const count = kept.filter(Boolean).length;
  const values = randomFloats(random, kept.length * columns);
  return values.fill(NaN, count * columns);
}
