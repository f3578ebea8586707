import { describe, expect, it } from 'vitest';
import { expectAgreement, itemOf, type Output } from './agreement';

const tokens = 1000;

/** Numbers of size 1, and all tokens kept but the first `dropped`. */
function output(change: (i: number) => number = () => 0, dropped = 0): Output {
  return {
    prediction: Float32Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : -1) + change(i)),
    kept: Uint32Array.from({ length: tokens }, (_, i) => (i < dropped ? 0 : 1)),
  };
}

describe('agreement of outputs', () => {
  it('says how far they are apart', () => {
    const off = output((i) => (i === 7 ? 1e-3 : 0));
    const found = expectAgreement('a', [output(), off], [output(), output()]);
    expect(found.maxError).toBeCloseTo(1e-3, 6);
    expect(found.otherTokens).toBe(0);
  });

  it.each([
    { fault: 'one wrong number', wrong: output((i) => (i === 99 ? 0.01 : 0)) },
    { fault: 'a number that is none', wrong: output((i) => (i === 3 ? NaN : 0)) },
    { fault: 'infinity', wrong: output((i) => (i === 3 ? Infinity : 0)) },
    { fault: 'nothing but zeros', wrong: output((i) => (i % 2 === 0 ? -1 : 1)) },
    {
      fault: 'too few numbers',
      wrong: { ...output(), prediction: output().prediction.slice(1) },
    },
    { fault: 'no token gates', wrong: { ...output(), kept: new Uint32Array() } },
    { fault: 'other tokens', wrong: output(undefined, 3) },
    { fault: 'a token more, and everything else', wrong: output(() => 0.1, 1) },
  ])('refuses $fault', ({ wrong }) => {
    expect(() => expectAgreement('this one', [wrong], [output()])).toThrow(
      /this one computes something else/,
    );
  });

  it('refuses outputs to compare with that are all zero, which anything would be near to', () => {
    const nothing = { prediction: new Float32Array(100), kept: output().kept };
    expect(() => expectAgreement('a', [nothing], [nothing])).toThrow(/something else/);
  });

  it('refuses fewer evaluations than there are', () => {
    expect(() => expectAgreement('a', [output()], [output(), output()])).toThrow(/1 outputs for 2/);
  });

  it('lets a token on the threshold fall to either side, and what it changes', () => {
    const other = output((i) => (i < 5 ? 0.02 : 0), 1);
    expect(expectAgreement('a', [other], [output()]).otherTokens).toBe(1);
  });
});

describe('an item of an output', () => {
  it('has its own numbers and, of every layer, its own tokens', () => {
    const both: Output = {
      prediction: Float32Array.of(1, 2, 3, 4, 5, 6),
      // Two layers of two items of two tokens.
      kept: Uint32Array.of(0, 0, 1, 0, 0, 0, 1, 1),
    };
    const item = itemOf(both, 1, { items: 2, layers: 2 });
    expect([...item.prediction]).toEqual([4, 5, 6]);
    expect([...item.kept]).toEqual([1, 0, 1, 1]);
  });

  it('has no token gates where there are none', () => {
    const without = { prediction: Float32Array.of(1, 2), kept: new Uint32Array() };
    expect([...itemOf(without, 0, { items: 2, layers: 8 }).kept]).toEqual([]);
  });
});
