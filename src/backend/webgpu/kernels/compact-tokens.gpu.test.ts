import { describe, expect } from 'vitest';
import { linearVariants } from './library';
import { compactTokens } from '../../reference/kernels/compact-tokens';
import { linear } from '../../reference/kernels/linear';
import { expectClose } from '../testing/expect-close';
import { allVariants, linearOperands, randomLinear, wholeAxis } from '../testing/linear-case';
import { seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Sizes {
  readonly activeGroups: number;
  /** Columns of a group of fc1 and of fc2, in vec4. */
  readonly groupWidth: number;
  readonly outWidth: number;
  readonly normRows: number;
  readonly tileRows: number;
  readonly tileColumns: number;
}

const sizes: Sizes = {
  activeGroups: 3,
  groupWidth: 9,
  outWidth: 17,
  normRows: 5,
  tileRows: 32,
  tileColumns: 8,
};

const untouched = 0xabad1dea;

/** Compacts the middle one of three layers' decisions. */
async function run(bed: TestBed, kept: readonly number[], used: Sizes = sizes) {
  const tokens = kept.length;
  const decisions = Uint32Array.from([...kept.map(() => 1), ...kept, ...kept.map(() => 1)]);
  const rows = bed.output('rows', new Uint32Array(1 + tokens).fill(untouched));
  const grids = bed.output('grids', new Uint32Array(9).fill(untouched), GPUBufferUsage.INDIRECT);
  bed.dispatch(
    await bed.library.plain('compactTokens'),
    {
      kept: bed.input('kept', decisions),
      width_table: bed.input('widthTable', Uint32Array.of(99, 99, used.activeGroups)),
      rows,
      grids,
    },
    {
      dims: {
        tokens,
        kept_start: tokens,
        group_record: 1,
        group_width: used.groupWidth,
        out_width: used.outWidth,
        norm_rows: used.normRows,
        tile_rows: used.tileRows,
        tile_columns: used.tileColumns,
      },
      step: { table_base: 1 },
    },
    [1],
  );
  return { rows, grids };
}

async function check(bed: TestBed, kept: readonly number[]) {
  const { rows, grids } = await run(bed, kept);
  const expected = compactTokens(kept);
  const count = expected.length;
  const rest = new Array<number>(kept.length - count).fill(untouched);
  expect([...(await rows.readUints())]).toEqual([count, ...expected, ...rest]);
  // LayerNorm by tiles of 5 rows; 27 vec4 columns of fc1 and 17 of fc2 by 32 rows x 8 vec4.
  const normTiles = Math.ceil(count / 5);
  const rowTiles = Math.ceil(count / 32);
  expect([...(await grids.readUints())]).toEqual([normTiles, 1, 1, 4, rowTiles, 1, 3, rowTiles, 1]);
}

describe('compact tokens', () => {
  gpuTest('works out an example by hand', async (bed) => {
    const { rows, grids } = await run(bed, [0, 1, 1, 0, 0, 1]);
    expect([...(await rows.readUints())]).toEqual([3, 1, 2, 5, untouched, untouched, untouched]);
    // Three rows are one tile; fc1 has 3 groups of 9 vec4, which are 4 tiles of 8; fc2 has 17: 3.
    expect([...(await grids.readUints())]).toEqual([1, 1, 1, 4, 1, 1, 3, 1, 1]);
  });

  for (const tokens of [1, 63, 65, 256, 257, 1500]) {
    gpuTest(`none, all and some of ${tokens} tokens`, async (bed) => {
      const random = seededRandom(tokens);
      await check(bed, new Array<number>(tokens).fill(0));
      await check(bed, new Array<number>(tokens).fill(1));
      await check(
        bed,
        Array.from({ length: tokens }, () => (random() < 0.4 ? 1 : 0)),
      );
      await check(
        bed,
        Array.from({ length: tokens }, (_, i) => (i === tokens - 1 ? 1 : 0)),
      );
    });
  }

  for (const kept of [0, 1, 70]) {
    for (const variant of allVariants) {
      gpuTest(`its grids drive the ${variant} linear kernel over ${kept} rows`, async (bed) => {
        const tokens = 90;
        const { tileRows, tileColumns } = linearVariants[variant];
        const decisions = Array.from({ length: tokens }, (_, i) => (i < kept ? 1 : 0));
        const layer = randomLinear(seededRandom(kept), kept, wholeAxis(12), wholeAxis(72));
        const { rows, grids } = await run(bed, decisions, {
          activeGroups: 2,
          groupWidth: 9,
          outWidth: 18,
          normRows: 1,
          tileRows,
          tileColumns,
        });
        const { bindings, uniforms } = linearOperands(bed, layer, 'f32', []);
        for (const byteOffset of [12, 24]) {
          const y = bed.output('y', new Float32Array(tokens * 72));
          const kernel = await bed.library.linear('f32', 'none', variant);
          bed.dispatchIndirect(
            kernel,
            { ...bindings, rows: rows.buffer, y },
            uniforms,
            grids,
            byteOffset,
          );
          const reference = new Float64Array(tokens * 72);
          reference.set(linear(layer.inputs));
          expectClose(await y.readFloats(), reference, { abs: 1e-5, rel: 1e-5 }, [tokens, 72]);
        }
      });
    }
  }
});
