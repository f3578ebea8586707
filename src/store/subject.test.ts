import { describe, expect, it } from 'vitest';
import { describeSubject, describeWay, labelsOf, withClass, withStyle } from './subject';
import { fakeModel } from './testing/fake-engine';

const plain = { classId: 0, styleId: 0, mix: null, styleMix: null };
const mixed = { ...plain, mix: { id: 1, share: 0.4 }, styleMix: { id: 2, share: 0.3 } };

describe('a mix', () => {
  it('is each thing in each style, by both shares', () => {
    expect(labelsOf(mixed)).toEqual([
      { classId: 0, styleId: 0, weight: 0.6 * 0.7 },
      { classId: 0, styleId: 2, weight: 0.6 * 0.3 },
      { classId: 1, styleId: 0, weight: 0.4 * 0.7 },
      { classId: 1, styleId: 2, weight: 0.4 * 0.3 },
    ]);
  });

  it('is one thing alone at its ends, in words too', () => {
    const at = (share: number) => ({ ...plain, mix: { id: 1, share } });
    expect(labelsOf(at(0))).toEqual(labelsOf(plain));
    expect(labelsOf(at(1))).toEqual([{ classId: 1, styleId: 0, weight: 1 }]);
    expect(describeSubject(at(0), fakeModel)).toBe('cat face, Noto');
    expect(describeSubject(at(1), fakeModel)).toBe('dog face, Noto');
  });

  it('may be in any style', () => {
    expect(labelsOf({ ...mixed, styleId: null, styleMix: null })).toEqual([
      { classId: 0, weight: 0.6 },
      { classId: 1, weight: 0.4 },
    ]);
  });

  it('is named', () => {
    expect(describeSubject(mixed, fakeModel)).toBe(
      'cat face 60\u00a0% + dog face 40\u00a0%, Noto 70\u00a0% + Twemoji 30\u00a0%',
    );
    expect(describeWay(mixed, fakeModel)).toBe('cat face to dog face, Noto to Twemoji');
    expect(describeWay({ ...mixed, styleMix: null }, fakeModel)).toBe('cat face to dog face, Noto');
  });

  it('changes places where its second one is chosen for the first', () => {
    expect(withClass(mixed, 1)).toEqual({ classId: 1, mix: { id: 0, share: 0.6 } });
    expect(withClass(mixed, 2)).toEqual({ classId: 2, mix: mixed.mix });
    expect(withStyle(mixed, 2)).toEqual({ styleId: 2, styleMix: { id: 0, share: 0.7 } });
    expect(withStyle(mixed, null)).toEqual({ styleId: null, styleMix: null });
  });
});
