import { describe, expect, test } from 'vitest';
import { wholeAxis } from './axis';
import type { LinearLayer } from './layer';
import type { Op, OpKind, OpOf } from './op';
import { layersOf, readsOf, writesOf } from './program';
import { Recorder } from './recorder';
import { denseFloats, rowsOf } from './tensor';

/** Every tensor of the examples below has an id from here on, and no other number reaches it. */
const firstId = 1000;

const [a, b, c, d, e] = [0, 1, 2, 3, 4].map((i) => firstId + i);
const axis = { groups: 1, group: 4 };
const linear: LinearLayer = { kind: 'linear', name: 'l', n: axis, k: axis };
const conv = { kind: 'conv', name: 'c', n: axis, channels: 4, size: 3 } as const;
const norm = { kind: 'norm', name: 'n', channels: 4 } as const;
const table = { kind: 'table', name: 't', rows: 1, columns: 4 } as const;
const router = { kind: 'tokenRouter', name: 'r', width: 4, hidden: 1 } as const;
const gate = { layer: 0, unit: 'heads', repeat: 1 } as const;
const rows = { xFirst: 0, side: 2, rows: { first: 0, count: 2 } };
const patches = { items: 1, channels: 4, side: 2, patch: 2 };

interface Example<K extends OpKind> {
  /** With every field that an op of the kind may have. */
  readonly op: Required<OpOf<K>>;
  readonly writes: readonly number[];
  /** Of the tensors written, those whose old content counts. */
  readonly updated?: readonly number[];
}

const examples: { readonly [K in OpKind]: Example<K> } = {
  linear: {
    op: {
      kind: 'linear',
      layer: linear,
      x: a,
      y: b,
      activation: 'gelu',
      n: gate,
      k: gate,
      rows: c,
    },
    writes: [b],
  },
  addGated: {
    op: {
      ...{ kind: 'addGated', layer: linear, x: a, y: b, tokens: 2, k: gate, rows: c },
      gate: { modulation: d, chunk: 1 },
    },
    writes: [b],
    updated: [b],
  },
  norm: {
    op: {
      ...{ kind: 'norm', x: a, y: b, tokens: 2, rows: c },
      shift: { modulation: d, chunk: 1 },
      scale: { modulation: e, chunk: 2 },
    },
    writes: [b],
  },
  attention: {
    op: { kind: 'attention', qkv: a, y: b, items: 1, tokens: 2, heads: gate },
    writes: [b],
  },
  selectTokens: {
    op: { kind: 'selectTokens', layer: router, x: a, kept: b, keptRow: 1, shift: 0, rows: c },
    writes: [b, c],
  },
  patchEmbed: {
    op: { kind: 'patchEmbed', layer: linear, positions: table, x: a, y: b, images: 1, ...patches },
    writes: [b],
  },
  condition: { op: { kind: 'condition', temb: a, label: b, y: c, items: 1 }, writes: [c] },
  unpatchify: { op: { kind: 'unpatchify', x: a, y: b, ...patches }, writes: [b] },
  guidance: {
    op: { kind: 'guidance', x: a, y: b, images: 1, halves: 2, channels: 4, guided: 3, scale: 4 },
    writes: [b],
  },
  update: {
    op: {
      ...{ kind: 'update', p0: a, p1: b, noise: c, x: d, flags: e },
      ...{ items: 1, channels: 4, outChannels: 8 },
    },
    writes: [d, e],
    updated: [d],
  },
  estimate: {
    op: { kind: 'estimate', x: a, p: b, y: c, items: 1, channels: 4, outChannels: 8 },
    writes: [c],
  },
  latentToPixels: { op: { kind: 'latentToPixels', x: a, y: b, factor: 2, limit: 3 }, writes: [b] },
  conv: {
    op: { kind: 'conv', layer: conv, x: a, y: b, ...rows, yFirst: 0, adds: true, relu: true },
    writes: [b],
    updated: [b],
  },
  rowMoments: { op: { kind: 'rowMoments', x: a, y: b, ...rows }, writes: [b] },
  groupStatistics: {
    op: { kind: 'groupStatistics', layer: norm, x: a, y: b, groups: 2, eps: 1e-6 },
    writes: [b],
  },
  groupNorm: {
    op: { kind: 'groupNorm', x: a, statistics: b, y: c, ...rows, silu: true },
    writes: [c],
  },
  pixelAttention: { op: { kind: 'pixelAttention', qkv: a, y: b }, writes: [b] },
  picture: { op: { kind: 'picture', x: a, y: b, flags: c }, writes: [b, c] },
};

/** Every tensor that stands anywhere in an op. */
function tensorsIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return value >= firstId ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(tensorsIn);
}

describe('what an op reads and writes', () => {
  for (const { op, writes, updated = [] } of Object.values(examples)) {
    test(op.kind, () => {
      const all = new Set(tensorsIn(op));
      expect(new Set(writesOf(op))).toEqual(new Set(writes));
      const pureOutputs = writes.filter((id) => !updated.includes(id));
      const expected = [...all].filter((id) => !pureOutputs.includes(id));
      expect([...readsOf(op)].sort()).toEqual(expected.sort());
    });
  }

  test('a tensor that stands in two places is listed once; options that are absent not at all', () => {
    const op: Op = {
      ...{ kind: 'norm', x: a, y: b, tokens: 2 },
      shift: { modulation: c, chunk: 0 },
      scale: { modulation: c, chunk: 1 },
    };
    expect(readsOf(op)).toEqual([a, c]);
  });
});

test('the layers of programs, once each, in the order of first use', () => {
  const first = new Recorder('First');
  const x = first.external('x', rowsOf(4, axis));
  const other = { ...linear, name: 'other' };
  first.linear(first.linear(x, linear), other);
  const second = new Recorder('Second');
  const latent = second.external('latent', denseFloats(4, 4));
  second.linear(
    second.patchEmbed(latent, { ...linear, k: wholeAxis(16) }, table, { ...patches, images: 1 }),
    {
      ...linear,
      name: 'last',
    },
  );
  const names = layersOf([first.finish(), second.finish()]).map(({ name }) => name);
  expect(names).toEqual(['l', 'other', 't', 'last']);
});
