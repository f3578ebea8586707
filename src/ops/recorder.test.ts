import { describe, expect, test } from 'vitest';
import { DyditError } from '../errors';
import { wholeAxis } from './axis';
import type { LinearLayer } from './layer';
import { wholePicture, type Pixels } from './pixels';
import { chunk, Recorder } from './recorder';
import { denseFloats, denseWords, rowsOf } from './tensor';

const heads = { groups: 2, group: 3 };
const gate = { layer: 0, unit: 'heads', repeat: 1 } as const;

function layerOf(n: LinearLayer['n'], k: LinearLayer['k']): LinearLayer {
  return { kind: 'linear', name: 'blocks.0.layer', n, k };
}

/** The error that recording throws. */
function failureOf(record: (net: Recorder) => void): DyditError {
  try {
    record(new Recorder('Test'));
  } catch (error) {
    if (error instanceof DyditError) return error;
    throw error;
  }
  throw new Error('recording did not fail');
}

describe('columns that do not fit the layer', () => {
  test('of a linear layer', () => {
    const { code, message } = failureOf((net) => {
      net.linear(net.external('x', rowsOf(2, wholeAxis(5))), layerOf(wholeAxis(4), wholeAxis(6)));
    });
    expect(code).toBe('internal');
    expect(message).toBe('Test: blocks.0.layer takes 1 x 6 columns; got 1 x 5.');
  });

  test('as many columns in other groups', () => {
    const { message } = failureOf((net) => {
      const y = net.external('y', rowsOf(2, wholeAxis(6)));
      const x = net.external('x', rowsOf(2, { groups: 3, group: 2 }));
      net.addGated(y, chunk(y, 0), x, layerOf(wholeAxis(6), heads), { tokens: 2 });
    });
    expect(message).toBe('Test: blocks.0.layer takes 2 x 3 columns; got 3 x 2.');
  });

  test('of a convolution', () => {
    const { message } = failureOf((net) => {
      const conv = { kind: 'conv', name: 'conv', n: wholeAxis(4), channels: 3, size: 3 } as const;
      net.conv(wholePicture(net.external('x', rowsOf(4, wholeAxis(2)))), conv);
    });
    expect(message).toBe('Test: conv takes 1 x 3 columns; got 1 x 2.');
  });

  test('channels that do not split into the groups of a norm', () => {
    const { message } = failureOf((net) => {
      const layer = { kind: 'norm', name: 'norm', channels: 10 } as const;
      net.groupStatistics(net.moments(2, 10), layer, { groups: 4, eps: 1e-6 });
    });
    expect(message).toBe('Test: norm: 10 channels do not split into 4 groups.');
  });
});

describe('rows of a picture that are not there', () => {
  const conv = { kind: 'conv', name: 'conv', n: wholeAxis(2), channels: 1, size: 3 } as const;
  /** Rows 2 to 5 of a picture of 8 x 8. */
  const partOf = (net: Recorder): Pixels => net.pixels(8, { first: 2, count: 3 }, wholeAxis(1));

  test.each([
    [{ first: 2, count: 1 }, 'conv needs rows 1 to 4 of 8; got 2 to 5 of 8'],
    [{ first: 4, count: 1 }, 'conv needs rows 3 to 6 of 8; got 2 to 5 of 8'],
  ])('under the kernel of %o', (rows, problem) => {
    const { code, message } = failureOf((net) => net.conv(partOf(net), conv, { rows }));
    expect(code).toBe('internal');
    expect(message).toBe(`Test: ${problem}.`);
  });

  test('nothing is missing where the kernel reaches no further', () => {
    const net = new Recorder('Test');
    expect(net.conv(partOf(net), conv, { rows: { first: 3, count: 1 } })).toMatchObject({
      ...{ side: 8, first: 3, count: 1 },
    });
  });

  test('in the tensor that the result goes into', () => {
    const { message } = failureOf((net) => {
      const into = net.pixels(8, { first: 0, count: 3 }, wholeAxis(2));
      net.conv(partOf(net), conv, { rows: { first: 3, count: 1 }, into });
    });
    expect(message).toBe('Test: conv needs rows 3 to 4 of 8; got 0 to 3 of 8.');
  });

  test('of a norm and its moments', () => {
    const rows = { first: 1, count: 2 };
    for (const record of [
      (net: Recorder) => {
        const x = partOf(net);
        net.rowMoments(x, net.moments(8, 1), rows);
      },
      (net: Recorder) => {
        const statistics = net.external('statistics', rowsOf(3, wholeAxis(1)));
        net.groupNorm(partOf(net), statistics, { silu: true, rows });
      },
    ]) {
      expect(failureOf(record).message).toContain('needs rows 1 to 3 of 8; got 2 to 5 of 8');
    }
  });

  test('doubled rows come in pairs', () => {
    const doubling = { ...conv, doubles: true };
    const { message } = failureOf((net) => {
      net.conv(partOf(net), doubling, { rows: { first: 7, count: 2 } });
    });
    expect(message).toContain('doubled rows come in pairs');
  });
});

describe('tensors that the recorder makes', () => {
  test('of a block', () => {
    const net = new Recorder('Block');
    const x = net.external('x', rowsOf(4, wholeAxis(6)));
    const modulation = net.external('modulation', rowsOf(2, wholeAxis(36)));
    const [shift, scale] = [chunk(modulation, 0), chunk(modulation, 1)];
    const normed = net.norm(x, { shift, scale }, { tokens: 2 });
    const qkvLayer = layerOf({ groups: 6, group: 3 }, wholeAxis(6));
    const qkv = net.linear(normed, qkvLayer, { n: { ...gate, repeat: 3 } });
    const attended = net.attention(qkv, gate, { items: 2, tokens: 2 });
    const kept = net.external('kept', denseWords(1, 4));
    const router = { kind: 'tokenRouter', name: 'r', width: 6, hidden: 1 } as const;
    const rows = net.selectTokens(x, router, kept, { keptRow: 0 });
    expect(normed).toMatchObject(rowsOf(4, wholeAxis(6)));
    expect(qkv).toMatchObject(rowsOf(4, { groups: 6, group: 3 }));
    expect(attended).toMatchObject(rowsOf(4, heads));
    expect(rows).toMatchObject(denseWords(1, 5));
    const { label, ops, tensors } = net.finish();
    expect(label).toBe('Block');
    expect(ops.map(({ kind }) => kind)).toEqual(['norm', 'linear', 'attention', 'selectTokens']);
    expect(tensors.map(({ id }) => id)).toEqual([...tensors.keys()]);
    expect(tensors.flatMap(({ external }) => external ?? [])).toEqual(['x', 'modulation', 'kept']);
  });

  test('of the ends of the network', () => {
    const net = new Recorder('Ends');
    const latent = net.external('latent', denseFloats(8, 16));
    const positions = { kind: 'table', name: 'p', rows: 4, columns: 6 } as const;
    const shape = { items: 3, images: 2, channels: 4, side: 4, patch: 2 };
    const x = net.patchEmbed(latent, layerOf(wholeAxis(6), wholeAxis(16)), positions, shape);
    expect(x).toMatchObject(rowsOf(12, wholeAxis(6)));
    const temb = net.external('temb', rowsOf(5, wholeAxis(6)));
    const label = net.external('label', denseFloats(2, 6));
    expect(net.condition(temb, label, 3)).toMatchObject(rowsOf(6, wholeAxis(6)));
  });

  test('of the decoder', () => {
    const net = new Recorder('Decoder');
    const x = net.latentToPixels(net.external('latent', denseFloats(4, 9)), 2);
    expect(x.tensor).toMatchObject(rowsOf(9, wholeAxis(4)));
    const conv = { kind: 'conv', name: 'c', n: wholeAxis(7), channels: 4, size: 3 } as const;
    expect(net.conv(x, conv).tensor).toMatchObject(rowsOf(9, wholeAxis(7)));
    const doubled = net.conv(x, { ...conv, doubles: true });
    expect(doubled).toMatchObject({ side: 6, first: 0, count: 6 });
    expect(doubled.tensor).toMatchObject(rowsOf(36, wholeAxis(7)));
    const qkv = net.conv(x, { ...conv, name: 'qkv', n: { groups: 3, group: 4 }, size: 1 });
    expect(net.pixelAttention(qkv).tensor).toMatchObject(rowsOf(9, wholeAxis(4)));
    const moments = net.moments(3, 4);
    expect(moments).toMatchObject(rowsOf(3, { groups: 2, group: 4 }));
    const norm = { kind: 'norm', name: 'n', channels: 4 } as const;
    const statistics = net.groupStatistics(moments, norm, { groups: 2, eps: 1e-6 });
    expect(statistics).toMatchObject(rowsOf(3, wholeAxis(4)));
    expect(net.groupNorm(x, statistics, { silu: false }).tensor).toMatchObject(
      rowsOf(9, wholeAxis(4)),
    );
  });

  test('a result goes into the tensor that is given', () => {
    const net = new Recorder('Into');
    const x = net.external('x', rowsOf(2, wholeAxis(6)));
    const into = net.external('y', rowsOf(2, heads));
    expect(net.linear(x, layerOf(heads, wholeAxis(6)), { into })).toBe(into);
    expect(net.finish().tensors).toHaveLength(2);
  });

  test('a program is plain data', () => {
    const net = new Recorder('Plain');
    const x = net.external('x', rowsOf(2, wholeAxis(6)));
    net.linear(x, layerOf(heads, wholeAxis(6)), { n: gate });
    const program = net.finish();
    expect(structuredClone(program)).toEqual(program);
  });
});
