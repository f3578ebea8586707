import { describe, expect, test } from 'vitest';
import { wholeAxis } from './axis';
import { isBlockOp, multiplyAdds, type CostPoint } from './cost';
import type { LinearLayer } from './layer';
import { wholePicture } from './pixels';
import type { Program } from './program';
import { chunk, Recorder } from './recorder';
import { denseFloats, denseWords, rowsOf, type Tensor } from './tensor';
import type { ActiveWidth, Gate } from './width';

interface BlockShape {
  readonly items: number;
  readonly tokens: number;
  readonly heads: number;
  readonly size: number;
  readonly mlpRatio: number;
  readonly layers: number;
}

/** Blocks of a DyDiT with an adaLN of each and a token router, as they are recorded. */
function recordBlocks(shape: BlockShape): {
  readonly program: Program;
  readonly lists: readonly Tensor[];
} {
  const { items, tokens, heads, size, mlpRatio, layers } = shape;
  const D = heads * size;
  const width = wholeAxis(D);
  const headAxis = { groups: heads, group: size };
  const groupAxis = { groups: heads, group: mlpRatio * size };
  const net = new Recorder('Blocks');
  const x = net.external('x', rowsOf(items * tokens, width));
  const condition = net.external('condition', rowsOf(items, width));
  const kept = net.external('kept', denseWords(layers, items * tokens));
  const lists: Tensor[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const linear = (name: string, n: LinearLayer['n'], k: LinearLayer['k']): LinearLayer => {
      return { kind: 'linear', name: `${layer}.${name}`, n, k };
    };
    const headGate: Gate = { layer, unit: 'heads', repeat: 1 };
    const groupGate: Gate = { layer, unit: 'groups', repeat: 1 };
    const modulation = net.linear(condition, linear('adaLN', wholeAxis(6 * D), width));
    const part = (index: number) => chunk(modulation, index);
    const normed = net.norm(x, { shift: part(0), scale: part(1) }, { tokens });
    const qkvLayer = linear('qkv', { groups: 3 * heads, group: size }, width);
    const qkv = net.linear(normed, qkvLayer, { n: { ...headGate, repeat: 3 } });
    const attended = net.attention(qkv, headGate, { items, tokens });
    net.addGated(x, part(2), attended, linear('proj', width, headAxis), { tokens, k: headGate });
    const router = { kind: 'tokenRouter', name: `${layer}.router`, width: D, hidden: 5 } as const;
    const rows = net.selectTokens(x, router, kept, { keptRow: layer });
    lists.push(rows);
    const normed2 = net.norm(x, { shift: part(3), scale: part(4) }, { tokens, rows });
    const hidden = net.linear(normed2, linear('fc1', groupAxis, width), { n: groupGate, rows });
    net.addGated(x, part(5), hidden, linear('fc2', width, groupAxis), {
      tokens,
      k: groupGate,
      rows,
    });
  }
  return { program: net.finish(), lists };
}

function total(program: Program, at: CostPoint, blocksOnly = false): number {
  const { ops } = program;
  return ops
    .filter((op) => !blocksOnly || isBlockOp(op))
    .reduce((sum, op) => sum + multiplyAdds(op, program, at), 0);
}

function byKind(program: Program, at: CostPoint): Record<string, number> {
  const counted: Record<string, number> = {};
  for (const op of program.ops) {
    const name = 'layer' in op ? op.layer.name : op.kind;
    counted[name] = multiplyAdds(op, program, at);
  }
  return counted;
}

const all: CostPoint = {
  evaluation: 0,
  rows: () => {
    throw new Error('no row list was expected');
  },
};

describe('multiply-adds', () => {
  const shape = { items: 2, tokens: 3, heads: 2, size: 4, mlpRatio: 4, layers: 1 };
  const { program, lists } = recordBlocks(shape);

  test('of a block whose parts are all active', () => {
    const counted = byKind(program, { evaluation: 0, rows: () => 6 });
    expect(counted).toEqual({
      '0.adaLN': 2 * 8 * 48,
      norm: 0,
      '0.qkv': 6 * 8 * 24,
      attention: 2 * 2 * 9 * 8,
      '0.proj': 6 * 8 * 8,
      '0.router': 6 * (8 * 5 + 5),
      '0.fc1': 6 * 8 * 32,
      '0.fc2': 6 * 32 * 8,
    });
  });

  test('of one head, two groups and four kept tokens', () => {
    const width: ActiveWidth = {
      evaluations: 2,
      layers: 1,
      units: 2,
      heads: Uint8Array.of(1, 1, 0, 1),
      groups: Uint8Array.of(0, 0, 1, 1),
    };
    const rows = (id: number) => (id === lists[0].id ? 4 : NaN);
    expect(byKind(program, { evaluation: 1, width, rows })).toEqual({
      '0.adaLN': 2 * 8 * 48,
      norm: 0,
      '0.qkv': 6 * 8 * 12,
      attention: 2 * 2 * 9 * 4,
      '0.proj': 6 * 4 * 8,
      '0.router': 6 * (8 * 5 + 5),
      '0.fc1': 4 * 8 * 32,
      '0.fc2': 4 * 32 * 8,
    });
  });

  test('of no token at all: the MLP costs nothing', () => {
    const none = byKind(program, { evaluation: 0, rows: () => 0 });
    expect(none['0.fc1'] + none['0.fc2']).toBe(0);
  });

  test("of DiT-XL/2's blocks at 256 pixels", () => {
    const xl = recordBlocks({
      items: 1,
      tokens: 256,
      heads: 16,
      size: 72,
      mlpRatio: 4,
      layers: 28,
    });
    const counted = total(xl.program, { evaluation: 0, rows: () => 256 }, true);
    const [N, D, L] = [256, 1152, 28];
    expect(counted).toBe(L * (4 * N * D ** 2 + 2 * N ** 2 * D + 8 * N * D ** 2));
    // The paper's figure (DyDiT, table 1) has what is outside these products in it, 0.3 % of it.
    expect(Math.abs(counted / 118.69e9 - 1)).toBeLessThan(0.003);
  });

  test('of the ends of the network and the decoder', () => {
    const net = new Recorder('Ends');
    const latent = net.external('latent', denseFloats(4, 64));
    const embed: LinearLayer = { kind: 'linear', name: 'embed', n: wholeAxis(8), k: wholeAxis(16) };
    const positions = { kind: 'table', name: 'positions', rows: 16, columns: 8 } as const;
    net.patchEmbed(latent, embed, positions, {
      items: 2,
      images: 1,
      channels: 4,
      side: 8,
      patch: 2,
    });
    const pixels = wholePicture(net.external('pixels', rowsOf(25, wholeAxis(6))));
    const conv = { kind: 'conv', name: 'conv', n: wholeAxis(7), channels: 6, size: 3 } as const;
    net.conv(pixels, conv);
    net.conv(pixels, { ...conv, name: 'rows' }, { rows: { first: 1, count: 2 } });
    net.conv(pixels, { ...conv, name: 'doubled', doubles: true });
    const one = {
      kind: 'conv',
      name: 'qkv',
      n: { groups: 3, group: 6 },
      channels: 6,
      size: 1,
    } as const;
    net.pixelAttention(net.conv(pixels, one));
    expect(byKind(net.finish(), all)).toEqual({
      embed: 2 * 16 * 8 * 16,
      conv: 25 * 7 * 6 * 9,
      rows: 2 * 5 * 7 * 6 * 9,
      doubled: 100 * 7 * 6 * 4,
      qkv: 25 * 18 * 6,
      pixelAttention: 2 * 25 * 25 * 6,
    });
  });
});
