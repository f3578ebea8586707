import { describe, expect, test } from 'vitest';
import { chunk } from '../../ops/recorder';
import type { Pixels } from '../../ops/pixels';
import type { RunValues } from '../../ops/run-values';
import type { ActiveWidth, Gate } from '../../ops/width';
import { CaseBuilder, type WeightType } from './case-builder';
import type { OpBed } from './op-bed';
import { resultOf, type OpCase } from './run-case';

interface BlockSize {
  readonly items: number;
  readonly tokens: number;
  readonly heads: number;
  /** E */
  readonly size: number;
  /** Channels of an MLP group. */
  readonly group: number;
  readonly layers: number;
  readonly evaluations: number;
  readonly type: WeightType;
}

const sizes: readonly BlockSize[] = [
  { items: 1, tokens: 1, heads: 1, size: 16, group: 20, layers: 1, evaluations: 1, type: 'f32' },
  { items: 2, tokens: 33, heads: 2, size: 18, group: 7, layers: 2, evaluations: 3, type: 'f16' },
  { items: 3, tokens: 16, heads: 4, size: 9, group: 12, layers: 3, evaluations: 4, type: 'f32' },
  { items: 2, tokens: 63, heads: 3, size: 32, group: 33, layers: 1, evaluations: 2, type: 'f16' },
];

export function describePrograms(bed: OpBed): void {
  describeBlocks(bed);
  describeSmallDecoder(bed);
}

/** What a DyDiT is made of. */
export function describeBlocks(bed: OpBed): void {
  describe('programs of blocks', () => {
    for (const of of sizes) {
      const { items, tokens, heads, size, layers } = of;
      for (const dynamicTokens of [true, false]) {
        const how = `${items} x ${tokens} tokens, ${heads} heads of ${size}, ${layers} layers`;
        test(`${how}${dynamicTokens ? ', some tokens' : ''}`, async () => {
          await bed.check(blockCase(bed, of, dynamicTokens), 20);
        });
      }
    }

    test('the same program again gives the same bytes', async () => {
      const { program, ...rest } = blockCase(bed, sizes[1], true);
      const once = await bed.run({ program, ...rest });
      const again = await bed.run({ program, ...rest });
      expect([...resultOf(again, 'result')]).toEqual([...resultOf(once, 'result')]);
    });

    test('fewer tokens in the second run than in the first: nothing is left of the longer list', async () => {
      await bed.check(shrinkingCase(), 4);
    });
  });
}

/** What a VAE is made of. */
export function describeSmallDecoder(bed: OpBed): void {
  describe('programs of pictures', () => {
    test('pictures through residual blocks, doubled and attended', async () => {
      await bed.check(decoderCase(), 20);
    });
  });
}

/**
 * The blocks of a DyDiT on tokens that are given: the residual stream, the result and the kept
 * tokens are external, everything between shares slots.
 */
function blockCase(bed: OpBed, of: BlockSize, dynamicTokens: boolean): OpCase {
  const { items, tokens, heads, size, group, layers, evaluations } = of;
  const D = heads * size;
  const c = new CaseBuilder(D + tokens, of.type);
  const { net } = c;
  const rows = items * tokens;
  const start = c.rows('start', rows, D, startValues(c.random, rows, D));
  const condition = c.rows('condition', evaluations * items, D);
  const kept = c.words('kept', layers, rows, 7);
  // A copy that the blocks update, so that every run starts from the same tokens.
  const x = net.linear(start, c.linear('copy', D, D, identity(D))); // (B*N, D)
  for (let layer = 0; layer < layers; layer++) {
    const name = (part: string): string => `blocks.${layer}.${part}`;
    const headGate: Gate = { layer, unit: 'heads', repeat: 1 };
    const groupGate: Gate = { layer, unit: 'groups', repeat: 1 };
    const adaLN = c.linear(name('adaLN'), 6 * D, D, like(D));
    const modulation = net.linear(condition, adaLN); // (evaluations * B, 6D)
    const part = (index: number) => chunk(modulation, index);
    const qkvLayer = { groups: 3 * heads, group: size };
    const headAxis = { groups: heads, group: size };
    const groupAxis = { groups: heads, group };

    const normed1 = net.norm(x, { shift: part(0), scale: part(1) }, { tokens });
    const qkv = net.linear(normed1, c.linear(name('qkv'), qkvLayer, D, like(D)), {
      n: { ...headGate, repeat: 3 },
    });
    const attended = net.attention(qkv, headGate, { items, tokens });
    const proj = c.linear(name('proj'), D, headAxis, like(D));
    net.addGated(x, part(2), attended, proj, { tokens, k: headGate });

    const list = dynamicTokens
      ? net.selectTokens(x, markRouter(c, name('router'), D), kept, { keptRow: layer })
      : undefined;
    const normed2 = net.norm(x, { shift: part(3), scale: part(4) }, { tokens, rows: list });
    const hidden = net.linear(normed2, c.linear(name('fc1'), groupAxis, D, like(D)), {
      activation: bed.activation('gelu'),
      n: groupGate,
      rows: list,
    });
    const fc2 = c.linear(name('fc2'), D, groupAxis, like(heads * group));
    net.addGated(x, part(5), hidden, fc2, { tokens, k: groupGate, rows: list });
  }
  net.linear(x, c.linear('out', 10, D), { into: c.rows('result', rows, 10) });
  const runs: RunValues[] = Array.from({ length: evaluations }, (_, evaluation) => ({
    evaluation,
    modulationRow: evaluation * items,
  }));
  return c.finish({ width: randomWidth(c.random, evaluations, layers, heads), runs });
}

/** Tokens whose first column says by its sign whether to keep them, whatever a block adds to it. */
function startValues(random: () => number, rows: number, D: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: rows * D }, (_, i) => {
    if (i % D > 0) return 2 * random() - 1;
    return random() < 0.6 ? 8 : -8;
  });
}

function markRouter(c: CaseBuilder, name: string, D: number) {
  return c.router(
    { kind: 'tokenRouter', name, width: D, hidden: 1 },
    {
      weight1: Array.from({ length: D }, (_, k) => (k === 0 ? 1 : 0)),
      bias1: [0],
      weight2: [1],
      bias2: -0.5,
    },
  );
}

function identity(D: number): {
  readonly weight: readonly number[];
  readonly bias: readonly number[];
} {
  const weight = Array.from({ length: D * D }, (_, i) => (i % (D + 1) === 0 ? 1 : 0));
  return { weight, bias: weight.slice(0, D).fill(0) };
}

/** Random weights of a size that a network has: a layer of `k` inputs keeps the size of what it is given. */
function like(k: number): { readonly scale: number } {
  return { scale: Math.sqrt(3 / k) };
}

/** At least one unit of each layer is active. */
function randomWidth(
  random: () => number,
  evaluations: number,
  layers: number,
  units: number,
): ActiveWidth {
  const table = (): Uint8Array<ArrayBuffer> =>
    Uint8Array.from({ length: evaluations * layers * units }, (_, i) =>
      i % units === 0 || random() < 0.5 ? 1 : 0,
    );
  return { evaluations, layers, units, heads: table(), groups: table() };
}

/** All tokens of two items are kept in the first run, which then marks those of the second item. */
function shrinkingCase(): OpCase {
  const c = new CaseBuilder(21);
  const { net } = c;
  const tokens = 5;
  const marks = c.rows('marks', 2 * tokens, 4, new Float32Array(8 * tokens).fill(1));
  const kept = c.words('kept', 1, 2 * tokens, 7);
  const rows = net.selectTokens(marks, markRouter(c, 'router', 4), kept, { keptRow: 0 });
  const y = c.rows('y', 2 * tokens, 8);
  const hidden = net.linear(marks, c.linear('hidden', 12, 4), { rows });
  const one = c.rows('one', 2, 8, new Float32Array(16).fill(1));
  net.addGated(y, chunk(one, 0), hidden, c.linear('l', 8, 12), { tokens, rows });
  const gate = c.rows('gate', 2, 4, [0, 0, 0, 0, -2, 0, 0, 0]);
  const down = c.linear('down', 4, 4, { scale: 0, bias: [1, 1, 1, 1] });
  net.addGated(marks, chunk(gate, 0), c.rows('any', 2 * tokens, 4), down, { tokens });
  return c.finish({ runs: [{}, {}] });
}

/** A small decoder: latent -> mid block with attention -> twice the size -> picture of floats. */
function decoderCase(): OpCase {
  const c = new CaseBuilder(77, 'f16');
  const { net } = c;
  const channels = 8;
  const normed = (x: Pixels, name: string, silu: boolean) => {
    const moments = net.moments(x.side, channels);
    net.rowMoments(x, moments);
    const layer = c.norm(name, channels);
    return net.groupNorm(x, net.groupStatistics(moments, layer, { groups: 4, eps: 1e-6 }), {
      silu,
    });
  };
  const resnet = (x: Pixels, name: string) => {
    const first = c.conv(`${name}.conv1`, channels, { channels, size: 3 }, like(9 * channels));
    const hidden = net.conv(normed(x, `${name}.norm1`, true), first);
    const second = c.conv(`${name}.conv2`, channels, { channels, size: 3 }, like(9 * channels));
    return net.conv(normed(hidden, `${name}.norm2`, true), second, { into: x, adds: true });
  };
  const pixels = net.latentToPixels(c.dense('latent', 4, 25), 0.5); // (25, 4)
  let x = net.conv(pixels, c.conv('in', channels, { channels: 4, size: 3 }, like(36))); // (25, 8)
  x = resnet(x, 'mid.0');
  const qkv = c.conv('qkv', { groups: 3, group: channels }, { channels, size: 1 }, like(channels));
  const attended = net.pixelAttention(net.conv(normed(x, 'norm', false), qkv));
  x = net.conv(attended, c.conv('proj', channels, { channels, size: 1 }, like(channels)), {
    into: x,
    adds: true,
  });
  x = resnet(x, 'mid.1');
  const doubling = { channels, size: 3, doubles: true } as const;
  x = net.conv(x, c.conv('up', channels, doubling, like(9 * channels))); // (100, 8)
  x = resnet(x, 'up.0');
  c.expose('y', net.conv(x, c.conv('out', 3, { channels, size: 3 })).tensor); // (100, 3)
  return c.finish({ runs: [{}, {}] });
}
