import { describe } from 'vitest';
import { conditioning } from '../../reference/kernels/conditioning';
import { expectClose } from '../testing/expect-close';
import { randomFloats, seededRandom } from '../testing/random';
import { openGpuTests, type TestBed } from '../testing/test-bed';

const { gpuTest } = await openGpuTests();

interface Case {
  readonly width: number;
  readonly evaluation: number;
  /** (evaluations, D) */
  readonly temb: Float32Array<ArrayBuffer>;
  /** (classes + 1, D) */
  readonly classTable: Float32Array<ArrayBuffer>;
  /** (styles + 1, D) */
  readonly styleTable: Float32Array<ArrayBuffer>;
  /** Class and style of each item. */
  readonly labels: readonly (readonly [number, number])[];
}

async function run(bed: TestBed, testCase: Case): Promise<Float32Array> {
  const { width, evaluation, labels } = testCase;
  const items = labels.length;
  const y = bed.output('y', new Float32Array(items * width));
  bed.dispatch(
    await bed.library.plain('conditioning'),
    {
      temb: bed.input('temb', testCase.temb),
      class_table: bed.input('classTable', testCase.classTable),
      style_table: bed.input('styleTable', testCase.styleTable),
      labels: bed.input('labels', Uint32Array.from(labels.flat())),
      y,
    },
    { dims: { items, width: width / 4 }, step: { table_base: 0, evaluation } },
    [Math.ceil(width / 4 / 64), items],
  );
  return y.readFloats();
}

async function check(bed: TestBed, testCase: Case) {
  const { width, evaluation, temb, classTable, styleTable, labels } = testCase;
  const row = (table: Float32Array, index: number) =>
    table.subarray(index * width, (index + 1) * width);
  const reference = labels.flatMap(([classId, styleId]) => [
    ...conditioning(row(temb, evaluation), row(classTable, classId), row(styleTable, styleId)),
  ]);
  const shape = [labels.length, width];
  expectClose(await run(bed, testCase), reference, { abs: 1e-6, rel: 1e-6 }, shape);
}

function randomCase(width: number, scale: number, labels: Case['labels']): Case {
  const random = seededRandom(width);
  return {
    width,
    evaluation: 2,
    temb: randomFloats(random, 3 * width, scale),
    classTable: randomFloats(random, 5 * width, scale),
    styleTable: randomFloats(random, 2 * width, scale),
    labels,
  };
}

describe('conditioning', () => {
  gpuTest('works out an example by hand', async (bed) => {
    // c = (0, ln 3, -ln 3, 2 ln 3): sigmoid is 1/2, 3/4, 1/4, 9/10.
    const log = Math.log(3);
    const y = await run(bed, {
      width: 4,
      evaluation: 1,
      temb: Float32Array.of(7, 7, 7, 7, 1, log, -log, log),
      classTable: Float32Array.of(7, 7, 7, 7, -2, 0, 0, log),
      styleTable: Float32Array.of(1, 0, 0, 0),
      labels: [[1, 0]],
    });
    expectClose(y, [0, 0.75 * log, -0.25 * log, 1.8 * log], { abs: 1e-7, rel: 1e-6 });
  });

  for (const width of [4, 12, 68, 260, 1152]) {
    gpuTest(`width ${width}`, async (bed) => {
      await check(
        bed,
        randomCase(width, 2, [
          [0, 1],
          [4, 0],
          [3, 1],
        ]),
      );
    });
  }

  gpuTest('large values do not overflow', async (bed) => {
    await check(bed, randomCase(36, 1e3, [[4, 1]]));
  });
});
