import { describe, expect, it } from 'vitest';
import type { CardFigures } from './figures';
import { figuresOf, linkOf } from './link';

const figures: CardFigures = {
  ...{ adapter: 'a card', software: false, features: ['shader-f16'], browser: 'a browser' },
  ...{ network: 'xl2', lambda: 0.5, roof: { gflops: 900, gigabytesPerSecond: 100 } },
  modes: [{ mode: 'static', ms: 20, gflopsPerSecond: 400, share: 1, flopsPerByte: 90 }],
  ops: [{ op: 'qkv', shape: '1 x 2 x 3', ms: 1, gflopsPerSecond: 5, flopsPerByte: 7 }],
  ...{ opsByTimestamps: true, refused: [] },
};

describe('a link with figures', () => {
  it('brings them back', async () => {
    const link = await linkOf(figures);
    expect(link).toMatch(/^#figures=[\w-]+$/);
    expect(await figuresOf(link)).toEqual(figures);
  });

  it('is none without them', async () => {
    expect(await figuresOf('')).toBeUndefined();
    expect(await figuresOf('#results')).toBeUndefined();
  });

  it.each([
    ['no compression', '#figures=aGVsbG8'],
    ['no base64', '#figures=***'],
    ['nothing', '#figures='],
  ])('with %s is told from one with figures', async (_, hash) => {
    expect(await figuresOf(hash)).toBeNull();
  });

  it('does not unpack without end, nor take what is no figure', async () => {
    const wrong = { ...figures, adapter: 'x'.repeat(200_000) };
    expect(await figuresOf(await linkOf(wrong))).toBeNull();
    const odd = { ...figures, modes: [{ ...figures.modes[0], ms: -1 }] };
    expect(await figuresOf(await linkOf(odd))).toBeNull();
  });
});
