import { describe, test } from 'vitest';
import { CaseBuilder } from '../../testing/case-builder';
import { expectSameBits } from '../../testing/expect-close';
import { resultOf, runCase, type OpCase } from '../../testing/run-case';
import { convVariants } from '../variants/conv';
import type { ForcedBackend } from './forced-backend';

/** Tuning may choose another variant on the next visit, and a picture must not change with it. */
export function describeSameBitsOfConv({ backend, force }: ForcedBackend): void {
  const outputBy = async (conv: string, test: OpCase): Promise<Float32Array> => {
    force({ conv });
    const y = resultOf(await backend.guard(conv, () => runCase(backend.lanes[0], test)), 'y');
    return new Float32Array(y.buffer, y.byteOffset, y.length);
  };
  describe('variants of convolutions give the same bits', () => {
    for (const type of ['f32', 'f16'] as const) {
      for (const kernel of [{ size: 1 }, { size: 3 }, { size: 3, doubles: true }] as const) {
        // Tiles of rows and of columns that end within a row of pixels, and several of each.
        for (const [channels, n, side] of [
          [5, 36, 9],
          [36, 68, 11],
        ]) {
          const how = 'doubles' in kernel ? ', doubled' : '';
          test(`${kernel.size} x ${kernel.size}, ${channels} to ${n} channels of ${side} x ${side}${how}, ${type}`, async () => {
            const c = new CaseBuilder(channels + n, type);
            const layer = c.conv('l', n, { channels, ...kernel });
            c.expose('y', c.net.conv(c.pixels('x', side, channels), layer).tensor);
            const test = c.finish();
            const expected = await outputBy(convVariants[0].name, test);
            for (const { name } of convVariants)
              expectSameBits(await outputBy(name, test), expected);
          });
        }
      }
    }
  });
}
