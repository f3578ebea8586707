import { describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import type { LinearLayer } from '../../ops/layer';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import { KernelMemory, type KeyValueStore } from './kernel-memory';
import type { TimeKernel } from './time-kernel';
import { Tuner } from './tune';
import { VariantChoice } from './variants/choice';
import type { LinearShape } from './variants/linear';
import { keyOf } from './variants/tuned-op';
import type { MatrixBuffers } from './weights';

const features = { f16: false, subgroups: false, timestamps: false };
const card = {
  description: 'a card',
  software: false,
  features,
  device: {
    limits: { maxComputeWorkgroupStorageSize: 32768, maxComputeInvocationsPerWorkgroup: 256 },
  },
} as const;

const shape: LinearShape = {
  ...{ rows: 128, k: 256, n: 768, storage: 'f32', end: 'Store' },
  ...{ normed: false, kept: false, precision: 'exact' },
};

/** A product of that shape, and one too small to matter. */
const program = (() => {
  const net = new Recorder('Test');
  const layer = (name: string, n: number, k: number): LinearLayer => ({
    ...{ kind: 'linear', name, n: wholeAxis(n), k: wholeAxis(k) },
  });
  net.linear(net.external('x', rowsOf(128, wholeAxis(256))), layer('large', 768, 256));
  net.linear(net.external('z', rowsOf(1, wholeAxis(8))), layer('small', 8, 8));
  return net.finish();
})();

const buffer: GPUBuffer = {
  ...{ __brand: 'GPUBuffer', label: '', size: 0, usage: 0, mapState: 'unmapped' },
  mapAsync: () => Promise.resolve(undefined),
  getMappedRange: () => new ArrayBuffer(0),
  unmap: () => undefined,
  destroy: () => undefined,
};

const matrix: MatrixBuffers = {
  ...{ kind: 'linear', storage: 'f32', scaledRows: 256 },
  slices: [{ start: 0, n: wholeAxis(768), weight: buffer, bias: buffer }],
};
const context = { program, weights: { matrix: () => matrix }, precision: 'exact' } as const;

function memoryStore(): KeyValueStore & { readonly values: Map<string, unknown> } {
  const values = new Map<string, unknown>();
  return {
    values,
    get: (key) => Promise.resolve(values.get(key)),
    set: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}

/** A tuner on a card where `fastest` is fastest, and every timing takes `eachMs`. */
function setUp(of: {
  readonly fastest: string | (() => string);
  readonly store?: KeyValueStore;
  readonly eachMs?: number;
  readonly tickMs?: number;
  readonly description?: string;
}) {
  const { fastest, store, eachMs = 10, tickMs = 1, description = card.description } = of;
  const timed: string[] = [];
  let now = 0;
  const time: TimeKernel = (_, name) => {
    timed.push(name);
    now += eachMs;
    const is = typeof fastest === 'string' ? fastest : fastest();
    return Promise.resolve(name === is ? 1 : 2);
  };
  const choice = new VariantChoice(card);
  const memory = new KernelMemory(store, { description, features });
  const tuner = new Tuner({ choice, memory, time, tickMs, now: () => now });
  return { tuner, choice, timed };
}

describe('Tuner', () => {
  test('the fastest variant of a heavy product is used from then on', async () => {
    const { tuner, choice, timed } = setUp({ fastest: 'tall' });
    expect(choice.linear(shape).name).not.toBe('tall');
    await tuner.prepare(context);
    expect(choice.linear(shape).name).toBe('tall');
    expect([...choice.measured.keys()]).toEqual([keyOf({ kind: 'linear', shape })]);
    expect(timed).not.toContain('naive');
  });

  test('a shape is measured once, and not again on the next visit', async () => {
    const store = memoryStore();
    const first = setUp({ fastest: 'tall', store });
    await first.tuner.prepare(context);
    const count = first.timed.length;
    await first.tuner.prepare(context);
    expect(first.timed.length).toBe(count);

    const second = setUp({ fastest: 'tiled32x1', store });
    await second.tuner.recall();
    await second.tuner.prepare(context);
    expect(second.timed).toEqual([]);
    expect(second.choice.linear(shape).name).toBe('tall');
  });

  test('another adapter measures for itself', async () => {
    const store = memoryStore();
    await setUp({ fastest: 'tall', store }).tuner.prepare(context);
    const other = setUp({ fastest: 'tiled64', store, description: 'another card' });
    await other.tuner.recall();
    await other.tuner.prepare(context);
    expect(other.choice.linear(shape).name).toBe('tiled64');
  });

  test('measures again when it is told to, at once, and keeps what is found then', async () => {
    const store = memoryStore();
    const faster = { name: 'tall' };
    const { tuner, choice, timed } = setUp({ fastest: () => faster.name, store });
    await tuner.prepare(context);
    const count = timed.length;
    faster.name = 'tiled32x1';
    const seen: number[] = [];
    expect(await tuner.measureAgain((fraction) => seen.push(fraction))).toBe(1);
    expect(seen).toEqual([0]);
    expect(timed.length).toBe(2 * count);
    expect(choice.linear(shape).name).toBe('tiled32x1');
    const next = setUp({ fastest: 'tall', store });
    await next.tuner.recall();
    expect(next.choice.linear(shape).name).toBe('tiled32x1');
  });

  test('measured again before anything ran: the next programs measure', async () => {
    const store = memoryStore();
    await setUp({ fastest: 'tall', store }).tuner.prepare(context);
    const { tuner, choice, timed } = setUp({ fastest: 'tiled32x1', store });
    await tuner.recall();
    expect(await tuner.measureAgain(() => undefined)).toBe(0);
    expect(timed).toEqual([]);
    await tuner.prepare(context);
    expect(choice.linear(shape).name).toBe('tiled32x1');
  });

  test('stops when the time is up, and leaves the choice to the table', async () => {
    const { tuner, choice, timed } = setUp({ fastest: 'tall', eachMs: 800 });
    const table = choice.linear(shape).name;
    await tuner.prepare(context);
    expect(timed.length).toBe(2);
    expect(choice.linear(shape).name).toBe(table);
  });

  test('measures nothing by a clock that ticks every 100 ms, nor on a processor', async () => {
    const { tuner, timed } = setUp({ fastest: 'tall', tickMs: 100 });
    await tuner.prepare(context);
    expect(timed).toEqual([]);
    expect(
      new VariantChoice({ ...card, software: true }).candidates({ kind: 'linear', shape }),
    ).toEqual([]);
  });

  test('a store that fails or holds something else costs a measurement only', async () => {
    const failing: KeyValueStore = {
      get: () => Promise.reject(new Error('not allowed')),
      set: () => Promise.reject(new Error('full')),
    };
    const odd: KeyValueStore = { ...failing, get: () => Promise.resolve(['tall', 7]) };
    for (const store of [failing, odd]) {
      const { tuner, choice } = setUp({ fastest: 'tall', store });
      await tuner.recall();
      await tuner.prepare(context);
      expect(choice.linear(shape).name).toBe('tall');
    }
  });
});

describe('what a card does that was not measured', () => {
  test.each([
    { rows: 2, k: 1152, n: 6912, name: 'few' },
    { rows: 128, k: 256, n: 768, name: 'tiled32x4' },
    { rows: 512, k: 1152, n: 3456, name: 'tall' },
    { rows: 512, k: 1152, n: 512, name: 'tiled32x1' },
  ])('$rows rows, $k to $n: $name', ({ name, ...size }) => {
    expect(new VariantChoice(card).linear({ ...shape, ...size }).name).toBe(name);
  });

  test('little workgroup memory: tiles that fit', () => {
    const limits = {
      maxComputeWorkgroupStorageSize: 16384,
      maxComputeInvocationsPerWorkgroup: 256,
    };
    const small = new VariantChoice({ ...card, device: { limits } });
    expect(small.linear(shape).name).toBe('tiled32x2');
    expect(small.attention({ tokens: 64, headVectors: 8, heads: 8 }).name).toBe('tiled32x32');
    expect(small.attention({ tokens: 64, headVectors: 18, heads: 8 }).name).toBe('direct');
  });
});

describe('a kernel that takes the order of threads for granted', () => {
  const ordered = { ...card, features: { ...features, subgroups: true } };

  test('is the choice where a processor imitates a card', () => {
    const choice = new VariantChoice({ ...ordered, software: true });
    expect(choice.linear(shape).name).toBe('quad');
    expect(choice.linear({ ...shape, normed: true }).name).not.toBe('quad');
  });

  test('is not even measured on a card, which promises none', () => {
    const choice = new VariantChoice(ordered);
    expect(choice.candidates({ kind: 'linear', shape })).toContain('subgroup');
    expect(choice.candidates({ kind: 'linear', shape })).not.toContain('quad');
  });
});

describe('a program that is compiled to be fast', () => {
  const fast: LinearShape = { ...shape, precision: 'fast' };
  const withHalves = { ...card, features: { ...features, f16: true } };

  test.each([
    { rows: 2, k: 1152, n: 6912, name: 'few' },
    { rows: 128, k: 256, n: 768, name: 'half32' },
    { rows: 512, k: 1152, n: 3456, name: 'half64' },
  ])('multiplies in halves where there are rows enough: $rows by $name', ({ name, ...size }) => {
    expect(new VariantChoice(withHalves).linear({ ...fast, ...size }).name).toBe(name);
    expect(new VariantChoice(withHalves).linear({ ...shape, ...size }).precision).toBe('exact');
  });

  test('is measured among all kernels, an exact one among the exact', () => {
    const choice = new VariantChoice(withHalves);
    const named = (of: LinearShape) => choice.candidates({ kind: 'linear', shape: of });
    expect(named(fast)).toEqual(expect.arrayContaining(['half32', 'half64', 'tall']));
    expect(named(shape)).not.toContain('half32');
    expect(named(shape)).toContain('tall');
    expect(keyOf({ kind: 'linear', shape: fast })).not.toBe(keyOf({ kind: 'linear', shape }));
  });

  test('is exact on a card without halves', () => {
    expect(new VariantChoice(card).linear(fast).precision).toBe('exact');
  });
});

describe('a kernel that was forced', () => {
  test('is used whatever the program was compiled for', () => {
    const halves = { ...card, features: { ...features, f16: true } };
    expect(new VariantChoice(halves, { linear: 'half64' }).linear(shape).name).toBe('half64');
  });

  test.each([
    { linear: 'half64', says: 'f16' },
    { linear: 'subgroup', says: 'subgroups' },
    { linear: 'quad', says: 'imitates' },
  ])('$linear is refused where the card lacks $says', ({ linear, says }) => {
    const choice = new VariantChoice(card, { linear });
    expect(() => choice.linear(shape)).toThrow(says);
  });

  test('is refused where it does not exist', () => {
    const choice = new VariantChoice(card, { linear: 'tiled65', attention: 'spiral' });
    expect(() => choice.linear(shape)).toThrow('tiled65');
    expect(() => choice.attention({ tokens: 64, headVectors: 8, heads: 8 })).toThrow('spiral');
  });
});
