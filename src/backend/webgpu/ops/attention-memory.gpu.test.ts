import { expect, test } from 'vitest';
import { CaseBuilder, gatedEvaluation, headsGate, widthWith } from '../../testing/case-builder';
import { resultOf, runCase } from '../../testing/run-case';
import { openForcedBackend } from '../testing/forced-backend';
import { WatchedGpu } from '../testing/watched-gpu';

const watched = new WatchedGpu(navigator.gpu);
const { backend, force } = await openForcedBackend(watched.gpu);
force({ attention: 'tiled32x32' });

// A matrix of 4096 x 4096 weights would be 64 MiB.
test('4096 tokens: the weighted mean of equal weights, in memory that grows with the tokens', async () => {
  const tokens = 4096;
  const size = 32;
  const c = new CaseBuilder(1);
  // Keys of zeros weigh all values alike; a value is the index of its token.
  const values = Float32Array.from({ length: tokens * 3 * size }, (_, i) => {
    const part = Math.floor(i / size) % 3;
    return part === 2 ? Math.floor(i / (3 * size)) : part === 0 ? 1 : 0;
  });
  const qkv = c.rows('qkv', tokens, { groups: 3, group: size }, values);
  c.expose('y', c.net.attention(qkv, headsGate, { items: 1, tokens }));
  const all = c.finish({
    width: widthWith(1, { heads: [0] }),
    runs: [{ evaluation: gatedEvaluation }],
  });
  const result = resultOf(await backend.guard('a test', () => runCase(backend.lanes[0], all)), 'y');
  const y = new Float32Array(result.buffer, result.byteOffset, result.length);
  const mean = (tokens - 1) / 2;
  const error = y.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
  expect(error).toBeLessThan(0.05);
  expect(watched.largest, 'bytes of the largest buffer').toBe(4 * tokens * 3 * size);
});
