import type { Backend } from '../../src/backend/backend';
import { Owned } from '../../src/backend/owned';
import { Recorder } from '../../src/ops/recorder';
import { elementCount, rowsOf } from '../../src/ops/tensor';
import type { ActiveWidth } from '../../src/ops/width';
import { random } from '../synthetic';
import { median } from '../timings';

/** Attention of one item, all heads of which are active. */
export interface AttentionCase {
  /** N */
  readonly tokens: number;
  /** H */
  readonly heads: number;
  /** E */
  readonly size: number;
}

export interface AttentionTiming {
  readonly ms: number;
  /** Of the buffers that were made for it: q, k, v, the output, and what the kernel needs besides. */
  readonly bytes: number;
}

/** Elements of the output that are worked out beside the kernel. */
const checkedRows = 5;
const tolerance = 1e-3;
const tries = 5;
/** A try takes this long at least, and all of them not much longer than that. */
const tryMs = 30;
const longMs = 1000;

/**
 * Runs attention alone, compares some rows with sums in double precision, then times it.
 * @param bytesNow of all buffers that are there
 * @throws Error where an output is wrong
 */
export function timeAttention(
  backend: Backend,
  given: AttentionCase,
  bytesNow: () => number,
): Promise<AttentionTiming> {
  return backend.guard('attention', async () => {
    const [lane] = backend.lanes;
    const owned = new Owned();
    const before = bytesNow();
    try {
      const { program, qkv, y } = recordAttention(given);
      const storage = {
        qkv: owned.adopt(lane.allocate('Bench.qkv', qkv)),
        y: owned.adopt(lane.allocate('Bench.y', y)),
      };
      const values = random('qkv', elementCount(qkv), 1);
      lane.write(storage.qkv, values);
      const weights = owned.adopt(lane.createWeights('Bench'));
      const width = openWidth(given.heads);
      const executable = owned.adopt(await lane.compile(program, { weights, storage, width }));
      const bytes = bytesNow() - before;
      await executable.run();
      expectAttention(given, values, await lane.readFloats(storage.y));
      const stretch = async (runs: number): Promise<number> => {
        const start = performance.now();
        for (let i = 0; i < runs; i++) await executable.run();
        await lane.readFloats(storage.y, { start: 0, count: 1 });
        return (performance.now() - start) / runs;
      };
      return { ms: await timed(stretch), bytes };
    } finally {
      owned.destroy();
    }
  });
}

/** @param times how often, one after the other */
export function recordAttention({ tokens, heads, size }: AttentionCase, times = 1) {
  const net = new Recorder('Bench.attention');
  const qkv = net.external('qkv', rowsOf(tokens, { groups: 3 * heads, group: size })); // (N, 3HE)
  let made = net.attention(qkv, gate, { items: 1, tokens }); // (N, HE)
  for (let i = 1; i < times; i++) made = net.attention(qkv, gate, { items: 1, tokens });
  const { tensors, ...rest } = net.finish();
  const y = { ...made, external: 'y' };
  const program = { ...rest, tensors: tensors.map((tensor) => (tensor.id === y.id ? y : tensor)) };
  return { program, qkv, y };
}

const gate = { layer: 0, unit: 'heads', repeat: 1 } as const;

/** All heads of the only layer are active. */
export function openWidth(units: number): ActiveWidth {
  const open = new Uint8Array(units).fill(1);
  return { evaluations: 1, layers: 1, units, heads: open, groups: open };
}

/** @param stretch milliseconds of a run, of that many in a row */
async function timed(stretch: (runs: number) => Promise<number>): Promise<number> {
  const once = await stretch(1);
  if (once > longMs) return once;
  const runs = Math.max(1, Math.round(tryMs / once));
  const times: number[] = [];
  for (let i = 0; i < tries; i++) times.push(await stretch(runs));
  return median(times);
}

function expectAttention(
  { tokens, heads, size }: AttentionCase,
  qkv: Float32Array,
  y: Float32Array,
): void {
  const at = (row: number, part: number, head: number, i: number): number =>
    qkv[row * 3 * heads * size + (part * heads + head) * size + i];
  for (let check = 0; check < checkedRows; check++) {
    const row = Math.round((check * (tokens - 1)) / (checkedRows - 1));
    const head = check % heads;
    const scores = Array.from({ length: tokens }, (_, key) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += at(row, 0, head, i) * at(key, 1, head, i);
      return sum / Math.sqrt(size);
    });
    const most = scores.reduce((a, b) => Math.max(a, b));
    const shares = scores.map((score) => Math.exp(score - most));
    const total = shares.reduce((a, b) => a + b);
    for (let i = 0; i < size; i++) {
      const expected = shares.reduce((sum, p, key) => sum + p * at(key, 2, head, i), 0) / total;
      const found = y[row * heads * size + head * size + i];
      if (Math.abs(found - expected) <= tolerance) continue;
      throw new Error(`Attention gives ${found} in row ${row}; expected ${expected}.`);
    }
  }
}
