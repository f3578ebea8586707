import { afterAll, describe, expect, test } from 'vitest';
import { createReferenceBackend } from '../reference/backend';
import { CaseBuilder } from '../testing/case-builder';
import { expectClose } from '../testing/expect-close';
import { randomFloats } from '../testing/random';
import { resultOf, runCase } from '../testing/run-case';
import { createWebGpuBackend } from './webgpu-backend';

const forced: { linear?: string } = {};
const backend = await createWebGpuBackend(navigator.gpu, { forced, precision: 'fast' });
const reference = createReferenceBackend();
afterAll(() => backend.destroy());

/**
 * A weight is off by at most 1/254 of the largest of its row, 0.0023 of it in the mean square: of 256
 * products with numbers between -1 and 1 the errors add up to 0.021, and this is five times that.
 */
const tolerance = { abs: 0.105, rel: 0 };

describe('weights as bytes', () => {
  for (const linear of ['register', 'few', 'tiled32x4']) {
    test(`a product of 256 by ${linear} is within the rounding of its weights`, async () => {
      forced.linear = linear;
      const c = new CaseBuilder(3);
      const x = c.rows('x', 9, 256, randomFloats(c.random, 9 * 256, 1));
      const layer = c.linear('l', 20, 256, { scale: 1 });
      c.expose('y', c.net.linear(x, layer));
      const given = c.finish();
      const expected = resultOf(await runCase(reference.lanes[0], given), 'y');
      const actual = resultOf(await runCase(backend.lanes[0], given), 'y');
      expectClose(actual, expected, tolerance);
      // And they are bytes: nothing else is so far off.
      let off = 0;
      for (let i = 0; i < actual.length; i++)
        off = Math.max(off, Math.abs(actual[i] - expected[i]));
      expect(off).toBeGreaterThan(1e-3);
    });
  }

  test('what is computed with is in the report', () => {
    expect(backend.report.features).toContain('weights as bytes');
  });
});
