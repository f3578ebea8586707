import { afterEach, describe, expect, test } from 'vitest';
import { DyditError } from '../../errors';
import type { Lane } from '../backend';
import { gatedRun } from '../testing/case-builder';
import { runCase, type CaseResult, type OpCase } from '../testing/run-case';
import { block, decoder } from './testing/several-items';
import { createWasmBackend, type WasmBackend, type WasmOptions } from './wasm-backend';

const opened: WasmBackend[] = [];

afterEach(() => {
  for (const backend of opened.splice(0)) backend.destroy();
});

async function open(options: WasmOptions): Promise<WasmBackend> {
  const backend = await createWasmBackend(options);
  opened.push(backend);
  return backend;
}

/** The bits of everything that a case writes. */
function bits(result: CaseResult): Record<string, readonly number[]> {
  return Object.fromEntries(
    [...result].map(([name, { buffer }]) => [name, [...new Uint32Array(buffer)]]),
  );
}

async function bitsOn(lane: Lane, test: OpCase): Promise<Record<string, readonly number[]>> {
  return bits(await runCase(lane, test));
}

describe('threads', () => {
  for (const [name, test_] of [
    ['a block', () => block(2)],
    ['a decoder', decoder],
  ] as const) {
    test(`${name} has the same bits with 1, 2 and 4 threads on one memory, run after run`, async () => {
      const [lane] = (await open({ threads: 1 })).lanes;
      const expected = await bitsOn(lane, test_());
      for (const threads of [2, 4]) {
        const backend = await open({ threads });
        expect(backend.report.threads).toBe(threads);
        expect(backend.lanes).toHaveLength(1);
        for (let run = 0; run < 20; run++) {
          expect(await bitsOn(backend.lanes[0], test_())).toEqual(expected);
        }
      }
    });

    test(`${name} has the same bits on lanes with memories of their own`, async () => {
      const backend = await open({ threads: 3, shared: false });
      expect(backend.report.fallbacks.join(' ')).toContain('a memory of its own');
      expect(backend.lanes).toHaveLength(3);
      const baseline = backend.liveCount;
      const [first, ...others] = await backend.guard('a test', () =>
        Promise.all(backend.lanes.map((lane) => bitsOn(lane, test_()))),
      );
      for (const other of others) expect(other).toEqual(first);
      expect(backend.liveCount).toBe(baseline);
    });
  }

  test('weights that stay halves make the same bits as widened ones', async () => {
    const [wide] = (await open({ threads: 1 })).lanes;
    const [half] = (await open({ threads: 2, widenedBytes: 0 })).lanes;
    expect(await bitsOn(half, block(2))).toEqual(await bitsOn(wide, block(2)));
  });

  test('an item has the same bits alone and in a batch', async () => {
    const backend = await open({ threads: 2 });
    const whole = await runCase(backend.lanes[0], block(3));
    const batch = block(3);
    const items = batch.program.tensors.find(({ external }) => external === 'x');
    expect(items?.rows).toBe(450);
    const x = batch.contents.x;
    const kept = batch.contents.marks;
    for (let item = 0; item < 3; item++) {
      const alone = block(1);
      const contents = {
        ...alone.contents,
        modulation: batch.contents.modulation,
        x: x.slice(item * 150 * 72, (item + 1) * 150 * 72),
        marks: kept.slice(item * 150 * 4, (item + 1) * 150 * 4),
      };
      const runs = [{ ...gatedRun[0], modulationRow: item }];
      const weights = batch.weights;
      const result = await runCase(backend.lanes[0], { ...alone, weights, contents, runs });
      const mine = whole.get('x')?.slice(item * 150 * 72, (item + 1) * 150 * 72);
      expect(result.get('x')).toEqual(mine);
    }
  });

  test('a lane elsewhere tells what failed there', async () => {
    const backend = await open({ threads: 2, shared: false, memoryLimit: 2 ** 22 });
    const remote = backend.lanes[1];
    const allocate = backend.guard('allocating', () => {
      const spec = block(2).program.tensors[0];
      remote.allocate('Too much', { ...spec, rows: 100_000 });
      return Promise.resolve();
    });
    await expect(allocate).rejects.toMatchObject({ code: 'out-of-memory' });
    await expect(allocate).rejects.toThrow(/Too much needs \d+ MiB/);
    await expect(allocate).rejects.toBeInstanceOf(DyditError);
  });

  test('what failed elsewhere beside other work is not told of the next', async () => {
    const backend = await open({ threads: 2, shared: false, memoryLimit: 2 ** 22 });
    const remote = backend.lanes[1];
    const spec = block(2).program.tensors[0];
    const failing = backend.guard('allocating', async () => {
      remote.allocate('Too much', { ...spec, rows: 100_000 });
      await remote.readFloats(remote.allocate('Too much again', { ...spec, rows: 100_000 }));
    });
    await expect(failing).rejects.toMatchObject({ code: 'out-of-memory' });
    await expect(backend.guard('nothing', () => Promise.resolve(7))).resolves.toBe(7);
  });
});
