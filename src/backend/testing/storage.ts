import { describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import { Recorder } from '../../ops/recorder';
import { denseFloats, denseWords, rowsOf, type TensorSpec } from '../../ops/tensor';
import type { Lane, Storage } from '../backend';
import { CaseBuilder } from './case-builder';
import type { OpBed } from './op-bed';
import { resultOf } from './run-case';

/** What a lane promises of its storage, and an executable of its runs. */
export function describeStorage(bed: OpBed): void {
  describe('storage', () => {
    for (const [name, spec] of [
      ['dense', denseFloats(3, 7)],
      ['padded rows', rowsOf(3, { groups: 2, group: 3 })],
      ['one element', denseFloats(1, 1)],
    ] as const) {
      test(`${name}: zeros at first, then what was written`, async () => {
        await withStorage(bed, [spec], async (lane, [storage]) => {
          const elements = spec.rows * spec.axis.groups * spec.axis.group;
          expect([...(await lane.readFloats(storage))]).toEqual(Array(elements).fill(0));
          const data = Float32Array.from({ length: elements }, (_, i) => i + 0.5);
          lane.write(storage, data);
          expect([...(await lane.readFloats(storage))]).toEqual([...data]);
        });
      });
    }

    test('a part is written, and a part is read', async () => {
      await withStorage(bed, [denseFloats(2, 5)], async (lane, [storage]) => {
        lane.write(storage, Float32Array.of(1, 2, 3), 4);
        expect([...(await lane.readFloats(storage))]).toEqual([0, 0, 0, 0, 1, 2, 3, 0, 0, 0]);
        const part = await lane.readFloats(storage, { start: 5, count: 3 });
        expect([...part]).toEqual([2, 3, 0]);
      });
    });

    test('words of all bits', async () => {
      await withStorage(bed, [denseWords(1, 3)], async (lane, [storage]) => {
        lane.write(storage, Uint32Array.of(0, 0xffffffff, 0x80000001));
        expect([...(await lane.readWords(storage))]).toEqual([0, 0xffffffff, 0x80000001]);
        const part = await lane.readWords(storage, { start: 1, count: 1 });
        expect([...part]).toEqual([0xffffffff]);
      });
    });

    test('a part is copied and the rest stays', async () => {
      await withStorage(bed, [denseFloats(2, 4), denseFloats(1, 6)], async (lane, [from, to]) => {
        lane.write(from, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
        lane.write(to, new Float32Array(6).fill(9));
        lane.copy(from, { start: 3, count: 4 }, to, 1);
        expect([...(await lane.readFloats(to))]).toEqual([9, 4, 5, 6, 7, 9]);
        expect([...(await lane.readFloats(from))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      });
    });

    test('data handed over may be used again at once', async () => {
      await withStorage(bed, [denseFloats(1, 4)], async (lane, [storage]) => {
        const data = Float32Array.of(1, 2, 3, 4);
        lane.write(storage, data);
        data.fill(-1);
        expect([...(await lane.readFloats(storage))]).toEqual([1, 2, 3, 4]);
      });
    });
  });

  describe('runs', () => {
    test('writes, runs and reads take effect in the order they were asked for', async () => {
      await withDoubler(bed, async ({ lane, x, y, run }) => {
        lane.write(x, Float32Array.of(1, 2));
        const first = run();
        const afterFirst = lane.readFloats(y);
        await first;
        lane.write(x, Float32Array.of(10, 20));
        await run();
        expect([...(await afterFirst)]).toEqual([2, 4]);
        expect([...(await lane.readFloats(y))]).toEqual([20, 40]);
      });
    });

    test('a run whose signal was aborted is cancelled', async () => {
      await withDoubler(bed, async ({ run }) => {
        const signal = AbortSignal.abort();
        await expect(run(signal)).rejects.toMatchObject({ code: 'cancelled' });
        await run();
      });
    });

    test('every lane computes the same bytes', async () => {
      const c = new CaseBuilder(12, 'f16');
      c.expose('y', c.net.linear(c.rows('x', 65, 36), c.linear('l', 20, 36)));
      const test = c.finish();
      const [first, ...others] = await Promise.all(
        bed.backend.lanes.map((lane) => bed.run(test, lane)),
      );
      for (const other of others) {
        expect([...resultOf(other, 'y')]).toEqual([...resultOf(first, 'y')]);
      }
    });
  });
}

async function withStorage(
  bed: OpBed,
  specs: readonly TensorSpec[],
  work: (lane: Lane, storages: readonly Storage[]) => Promise<void>,
): Promise<void> {
  await bed.backend.guard('a test', async () => {
    const storages = specs.map((spec) => bed.lane.allocate('test', spec));
    try {
      await work(bed.lane, storages);
    } finally {
      for (const storage of storages) storage.destroy();
    }
  });
}

interface Doubler {
  readonly lane: Lane;
  readonly x: Storage;
  readonly y: Storage;
  readonly run: (signal?: AbortSignal) => Promise<void>;
}

/** A program y = 2x of two values. */
async function withDoubler(bed: OpBed, work: (doubler: Doubler) => Promise<void>): Promise<void> {
  const net = new Recorder('Doubler');
  const spec = rowsOf(2, wholeAxis(1));
  const layer = { kind: 'linear', name: 'l', n: wholeAxis(1), k: wholeAxis(1) } as const;
  net.linear(net.external('x', spec), layer, { into: net.external('y', spec) });
  const program = net.finish();
  await withStorage(bed, [spec, spec], async (lane, [x, y]) => {
    const weights = lane.createWeights('Test');
    try {
      await weights.upload({ layer, weight: Float32Array.of(2), bias: Float32Array.of(0) });
      const executable = await lane.compile(program, { weights, storage: { x, y } });
      try {
        await work({ lane, x, y, run: (signal) => executable.run({}, signal) });
      } finally {
        executable.destroy();
      }
    } finally {
      weights.destroy();
    }
  });
}
