import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from './default-settings';
import { applyShared, fitSettings, type Settings } from './settings';
import { findClass, findStyle, formatQuery, parseQuery, shareSettings } from './shared-settings';
import { fakeMachine, fakeModel } from './testing/fake-engine';

const base = defaultSettings(fakeModel, fakeMachine, 1);

const anySettings: fc.Arbitrary<Settings> = fc.record({
  classId: fc.nat(fakeModel.classes.length - 1),
  styleId: fc.option(fc.nat(fakeModel.styles.length - 1), { nil: null }),
  seed: fc.nat(0xffffffff),
  sampler: fc.constantFrom(...fakeModel.samplers),
  steps: fc.integer({ min: 1, max: 250 }),
  guidance: fc.integer({ min: 10, max: 100 }).map((tenths) => tenths / 10),
  images: fc.integer({ min: 1, max: 16 }),
  dynamicWidth: fc.boolean(),
  dynamicTokens: fc.boolean(),
});

describe('settings in a query', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const query = formatQuery(shareSettings(settings, fakeModel));
        expect(applyShared(base, parseQuery(query), fakeModel)).toEqual(settings);
      }),
    );
  });

  it('are valid whatever the query says', () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (text, values) => {
        for (const query of [text, new URLSearchParams(values).toString()]) {
          const settings = applyShared(base, parseQuery(query), fakeModel);
          expect(fitSettings(settings, fakeModel)).toEqual(settings);
        }
      }),
    );
  });

  it('are clamped or ignored one by one', () => {
    const hostile = 'images=999&steps=-4&guidance=1e9&seed=NaN&width=maybe&tokens=off&sampler=x';
    expect(parseQuery(hostile)).toEqual({ images: 16, steps: 1, tokens: false });
    expect(parseQuery(`class=${'x'.repeat(5000)}`)).toEqual({});
    expect(parseQuery('guidance=0.5')).toEqual({ guidance: 1 });
  });
});

describe('names', () => {
  it('finds a class by slug, emoji and number', () => {
    expect(findClass(fakeModel, 'Dog-Face')).toBe(1);
    expect(findClass(fakeModel, '🐶')).toBe(1);
    expect(findClass(fakeModel, '1')).toBe(1);
    expect(findClass(fakeModel, '4')).toBeUndefined();
  });

  it('tells classes apart whose names differ by signs alone', () => {
    expect([findClass(fakeModel, 'keycap'), findClass(fakeModel, 'keycap-3')]).toEqual([2, 3]);
  });

  it('finds a style, and no style', () => {
    expect(findStyle(fakeModel, 'noto-blob')).toBe(1);
    expect(findStyle(fakeModel, 'any')).toBeNull();
    expect(findStyle(fakeModel, 'crayon')).toBeUndefined();
  });
});

describe('a static model', () => {
  it('has no toggles to turn on', () => {
    const model = { ...fakeModel, dynamic: false };
    const settings = applyShared(base, parseQuery('width=on&tokens=on'), model);
    expect(settings).toMatchObject({ dynamicWidth: false, dynamicTokens: false });
    expect(formatQuery(shareSettings(settings, model))).not.toContain('width');
  });
});
