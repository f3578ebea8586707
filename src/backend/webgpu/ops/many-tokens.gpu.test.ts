import { afterAll, describe, expect, test } from 'vitest';
import { chunk } from '../../../ops/recorder';
import { CaseBuilder, sentinel } from '../../testing/case-builder';
import { seededRandom } from '../../testing/random';
import { resultOf, runCase } from '../../testing/run-case';
import { createWebGpuBackend } from '../webgpu-backend';

const backend = await createWebGpuBackend(navigator.gpu, { forced: { linear: 'register' } });
const [lane] = backend.lanes;
afterAll(() => backend.destroy());

/** The tokens that a norm of the kept rows works on, in the order of its rows. */
async function tokensOfRows(kept: readonly boolean[]): Promise<readonly number[]> {
  const c = new CaseBuilder(1);
  const rows = c.keep(kept);
  // Rows of equal numbers become the shift, and the shift of a token is its index.
  const x = c.rows('x', kept.length, 4, new Float32Array(4 * kept.length));
  const shifts = [...kept.keys()].flatMap((token) => [token, token, token, token, 0, 0, 0, 0]);
  const modulation = c.rows('modulation', kept.length, 8, shifts);
  const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
  c.expose('y', c.net.norm(x, chunks, { tokens: 1, rows }));
  const y = resultOf(await backend.guard('a test', () => runCase(lane, c.finish())), 'y');
  return [...y].filter((value, i) => i % 4 === 0 && value !== sentinel);
}

// More tokens than the threads that find them: each looks at a stretch of several.
describe('the rows of kept tokens are found in order among many', () => {
  for (const tokens of [63, 64, 65, 257, 1500]) {
    for (const share of [0, 0.03, 0.5, 1]) {
      test(`${share} of ${tokens}`, async () => {
        const random = seededRandom(tokens);
        const kept = Array.from({ length: tokens }, () => random() < share);
        const expected = kept.flatMap((keep, token) => (keep ? [token] : []));
        expect(await tokensOfRows(kept)).toEqual(expected);
      });
    }
  }
});
