import { describe, expect, test } from 'vitest';
import { linearSource, plainShaders } from './shaders';
import { everyShader } from './testing/every-shader';
import { findRaces } from './testing/races';

/** What no storage of weights changes, and of products the plain one and those on kept rows. */
const sources = everyShader().filter(([name]) =>
  /^(?:\w+|(?:conv|conv \w+|patchEmbed) f32|linear \w+ f32 (?:Store|AddGated kept(?: normed)?))$/.test(
    name,
  ),
);

/** What is right all the same, by what the text alone does not say. */
const right: Readonly<Record<string, readonly string[]>> = {
  // Query groups are a subgroup's own, and keys a lane's; keys and values lie in parts of their own.
  attentionSubgroup: [
    'group_max is read in make_weights, then written in make_weights',
    'group_max is written in make_weights, then read in make_weights',
    'tiles is read in add_values, then written in fill_tile',
    'tiles is read in scores_of, then written in fill_tile',
    'weights is read in make_weights, then written in make_weights',
    'weights is written in make_weights, then read in make_weights',
  ],
  // A lane goes through a row of its own; there is a first tile, with barriers in it.
  pixelAttention: [
    'scores is read in main, then written in main',
    'scores is written in main, then read in main',
    'weight_sum is written in main, then read in main',
  ],
};

const waits = /workgroupBarrier\(\);|workgroupUniformLoad\(&(\w+)\)/g;

/** The text without one of its barriers. */
function withoutBarrier(code: string, barrier: number): string {
  let index = 0;
  return code.replace(waits, (all: string, loaded: string | undefined) =>
    index++ === barrier ? (loaded ?? '') : all,
  );
}

describe('no thread reads what another is writing', () => {
  test.each(sources)('%s', (name, code) => {
    expect(findRaces(code).toSorted()).toEqual(right[name] ?? []);
  });
});

// SwiftShader's threads run in step and compute rightly without any of them.
describe('a barrier that is left out is found', () => {
  for (const [name, code] of sources) {
    const barriers = [...code.matchAll(waits)].map(([text], index) => ({ text, index }));
    // Where two accesses are taken for right, others between the same functions are not seen.
    if (barriers.length === 0 || name in right) continue;
    test(name, () => {
      const unseen = barriers.filter(
        ({ index }) => findRaces(withoutBarrier(code, index)).length === 0,
      );
      expect(unseen).toEqual([]);
    });
  }

  test('attention by subgroups: the barrier in front of the weights', () => {
    const code = withoutBarrier(plainShaders.attentionSubgroup, 0);
    expect(findRaces(code)).toContain('tiles is written in fill_tile, then read in scores_of');
  });

  test('after the rows of a tile were found', () => {
    const code = linearSource('naive', {
      ...{ storage: 'f32', end: 'AddGated', kept: true, normed: false },
    });
    expect(findRaces(code.replace('workgroupUniformLoad(&kept_total)', 'kept_total'))).toEqual([
      'kept_total is written in find_rows, then read in find_rows',
      'tile_tokens is written in find_rows, then read in token_of',
    ]);
  });
});
