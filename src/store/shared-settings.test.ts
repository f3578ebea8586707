import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSettings } from './default-settings';
import { applyShared } from './apply-shared';
import { nameOfSource } from './opened-files';
import { fitSettings, type Settings } from './settings';
import { findClass, findStyle, formatQuery, readQuery, shareSettings } from './shared-settings';
import type { Part } from './subject';
import { fakeLearnedModel, fakeMachine, fakeModel } from './testing/fake-engine';

const base = defaultSettings(fakeModel, fakeMachine, 1);
const learnedBase = defaultSettings(fakeLearnedModel, fakeMachine, 1);

function anyPart(count: number): fc.Arbitrary<Part | null> {
  const share = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
  return fc.option(fc.record({ id: fc.nat(count - 1), share }), { nil: null });
}

const anySettings: fc.Arbitrary<Settings> = fc.record({
  classId: fc.nat(fakeModel.classes.length - 1),
  styleId: fc.option(fc.nat(fakeModel.styles.length - 1), { nil: null }),
  mix: anyPart(fakeModel.classes.length),
  styleMix: anyPart(fakeModel.styles.length),
  seed: fc.nat(0xffffffff),
  sampler: fc.constantFrom(...fakeLearnedModel.samplers),
  steps: fc.integer({ min: 1, max: 250 }),
  guidance: fc.integer({ min: 10, max: 100 }).map((tenths) => tenths / 10),
  images: fc.integer({ min: 1, max: 16 }),
  variation: fc.integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100),
  budget: fc.integer({ min: -300, max: 600 }).map((hundredths) => hundredths / 100),
  dynamicWidth: fc.boolean(),
  dynamicTokens: fc.boolean(),
});

describe('settings in a query', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(anySettings, fc.constantFrom(fakeModel, fakeLearnedModel), (any, model) => {
        const settings = fitSettings(any, model);
        const query = formatQuery(shareSettings(settings, model));
        for (const before of [base, { ...learnedBase, mix: { id: 2, share: 0.3 } }]) {
          const taken = applyShared(fitSettings(before, model), readQuery(query), model);
          expect(taken).toEqual({ settings, changes: [] });
        }
      }),
    );
  });

  it.each([
    ['too long', 'x'.repeat(3000)],
    ['too long in the address', '\u732B'.repeat(300)],
    ['of surrogates, too long', '\u{1F431}'.repeat(300)],
    ['that differ by signs alone', 'cat'],
    ['that say no more than any', 'any'],
  ])('come back also by names %s', (_, name) => {
    const names = [name, `${name}!`, `${name}?`];
    const model = {
      ...fakeLearnedModel,
      classes: names.map((one) => ({ name: one, emoji: '', category: '' })),
      styles: names,
    };
    const styleMix = { id: 2, share: 0.123 };
    const settings = {
      ...learnedBase,
      classId: 1,
      mix: { id: 2, share: 0.123 },
      styleId: 1,
      styleMix,
    };
    for (const source of [`${name}.pt`, `https://models.test/${name}`]) {
      const checkpoint = nameOfSource({ kind: 'files', name: source, files: [], address: source });
      const shared = shareSettings(settings, model, checkpoint);
      const read = readQuery(formatQuery(shared));
      expect(read).toMatchObject({ shared: { model: checkpoint }, unreadable: [] });
      const before = { ...learnedBase, classId: 0, mix: null, styleId: 0, styleMix: null };
      expect(applyShared(before, read, model)).toEqual({ settings, changes: [] });
    }
  });

  it('are valid whatever the query says', () => {
    fc.assert(
      fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (text, values) => {
        for (const query of [text, new URLSearchParams(values).toString()]) {
          const { settings } = applyShared(base, readQuery(query), fakeModel);
          expect(fitSettings(settings, fakeModel)).toEqual(settings);
        }
      }),
    );
  });

  it.each([
    ['class=foxs', 'class', 'foxs', 'cat face'],
    ['class=99', 'class', '99', 'cat face'],
    ['style=crayon', 'style', 'crayon', 'Noto'],
    ['seed=-1', 'seed', '-1', '0'],
    ['seed=1.5', 'seed', '1.5', '1'],
    ['seed=4294967296', 'seed', '4294967296', '4294967295'],
    ['seed=NaN', 'seed', 'NaN', '1'],
    ['images=0', 'pictures', '0', '1'],
    ['images=17', 'pictures', '17', '16'],
    ['steps=1001', 'steps', '1001', '1000'],
    ['steps=1e3', 'steps', '1e3', '25'],
    ['guidance=0.5', 'guidance', '0.5', '1'],
    ['guidance=2.55555', 'guidance', '2.55555', '2.556'],
    ['sampler=ddim', 'sampler', 'ddim', 'flow-euler'],
    ['sampler=x', 'sampler', 'x', 'flow-euler'],
    ['width=maybe', 'width', 'maybe', 'on'],
    ['seed=5&seed=7', 'seed', '5', '7'],
    ['class=cat-face&seed=7&class=dog-face', 'class', 'cat-face', 'dog face'],
    ['seed=1..5', 'seed', '1..5', '1'],
  ])('%s: what was asked and what is used instead is known', (query, name, asked, used) => {
    const { changes, settings } = applyShared(base, readQuery(query), fakeModel);
    expect(changes).toMatchObject([{ name, asked, used }]);
    expect(fitSettings(settings, fakeModel)).toEqual(settings);
  });

  it('said twice in the same way are said once', () => {
    const { changes, settings } = applyShared(base, readQuery('seed=5&seed=5'), fakeModel);
    expect([changes, settings.seed]).toEqual([[], 5]);
  });

  it('are used as they are where they can be', () => {
    const { changes, settings } = applyShared(base, readQuery('guidance=2.555'), fakeModel);
    expect(changes).toEqual([]);
    expect(settings.guidance).toBe(2.555);
    expect(applyShared(base, readQuery('guidance=2,5'), fakeModel).settings.guidance).toBe(2.5);
  });

  it('offer the nearest names', () => {
    const offersFor = (query: string) =>
      applyShared(base, readQuery(query), fakeModel).changes.flatMap(({ offers }) => offers);
    expect(offersFor('class=dog')).toEqual([{ label: 'dog face', patch: { classId: 1 } }]);
    expect(offersFor('style=twemojy')).toEqual([{ label: 'Twemoji', patch: { styleId: 2 } }]);
  });

  it('read a mix as people write it', () => {
    const mixOf = (query: string) => applyShared(base, readQuery(query), fakeModel).settings.mix;
    expect(mixOf('class=cat-face&mix=dog-face:0.4')).toEqual({ id: 1, share: 0.4 });
    expect(mixOf('mix=Dog face:0,4')).toEqual({ id: 1, share: 0.4 });
    expect(mixOf('mix=%F0%9F%90%B6')).toEqual({ id: 1, share: 0.5 });
    const { settings } = applyShared(base, readQuery('style-mix=Twemoji:0.3'), fakeModel);
    expect(settings.styleMix).toEqual({ id: 2, share: 0.3 });
    expect(formatQuery(shareSettings(settings, fakeModel))).toContain('style-mix=twemoji:0.3');
  });

  it.each([
    ['mix=dog:0.4', 'mix', 'dog:0.4', 'none'],
    ['mix=dog-face:much', 'mix', 'dog-face:much', 'none'],
    ['mix=:0.4', 'mix', ':0.4', 'none'],
    ['mix=dog-face:1.4', 'mix', 'dog face 140\u00a0%', 'dog face 100\u00a0%'],
    ['mix=cat-face:0.4', 'mix', 'cat face 40\u00a0%', 'none'],
    ['style-mix=crayon', 'style-mix', 'crayon:0.5', 'none'],
    ['style-mix=any', 'style-mix', 'any:0.5', 'none'],
    ['style=any&style-mix=twemoji', 'style-mix', 'Twemoji 50\u00a0%', 'none'],
    ['variation=2', 'variation', '2', '1'],
    ['budget=-9', 'budget', '-9', '-3'],
    ['steps=25', 'steps', '25', '16'],
  ])('%s: is told where it can’t be had', (query, name, asked, used) => {
    const { changes, settings } = applyShared(learnedBase, readQuery(query), fakeLearnedModel);
    expect(changes).toMatchObject([{ name, asked, used }]);
    expect(fitSettings(settings, fakeLearnedModel)).toEqual(settings);
  });

  it('offer the nearest names for a mix, at its share', () => {
    const { changes } = applyShared(base, readQuery('mix=dog:0.4'), fakeModel);
    expect(changes[0].offers).toEqual([
      { label: 'dog face', patch: { mix: { id: 1, share: 0.4 } } },
    ]);
  });

  it('take a sampler with the steps that suit it', () => {
    const sampled = (query: string) => {
      const { settings } = applyShared(learnedBase, readQuery(query), fakeLearnedModel);
      return [settings.sampler, settings.steps, settings.guidance];
    };
    expect(sampled('')).toEqual(['flow-jumps', 4, 2]);
    expect(sampled('sampler=flow-heun')).toEqual(['flow-heun', 25, 2.5]);
    expect(sampled('sampler=flow-heun&steps=9')).toEqual(['flow-heun', 9, 2.5]);
  });

  it('say that a link is too long', () => {
    const read = readQuery(`seed=7&class=${'x'.repeat(2100)}`);
    const { changes, settings } = applyShared(base, read, fakeModel);
    expect(settings).toEqual(base);
    expect(changes).toMatchObject([{ name: 'link' }]);
    expect(changes[0]?.used).toBeUndefined();
  });
});

describe('names', () => {
  it('finds a class by slug, emoji and number', () => {
    expect(findClass(fakeModel, 'Dog-Face')).toBe(1);
    expect(findClass(fakeModel, '🐶')).toBe(1);
    expect(findClass(fakeModel, '1')).toBe(1);
    expect(findClass(fakeModel, 'dog face')).toBe(1);
    expect(findClass(fakeModel, '4')).toBeUndefined();
    expect(findClass(fakeModel, '')).toBeUndefined();
  });

  it('finds an emoji with and without its variation selector', () => {
    const classes = ['\u2764\uFE0F', '\u2600'].map((emoji) => ({ name: 'x', emoji, category: '' }));
    const model = { ...fakeModel, classes: [...fakeModel.classes, ...classes] };
    for (const heart of ['\u2764\uFE0F', '\u2764']) expect(findClass(model, heart)).toBe(4);
    for (const sun of ['\u2600\uFE0F', '\u2600']) expect(findClass(model, sun)).toBe(5);
  });

  it('finds a name whose letters were typed in parts', () => {
    const classes = [{ name: 'pi\u00F1ata', emoji: '', category: '' }];
    const model = { ...fakeModel, classes, styles: ['cr\u00E8me'] };
    expect(findClass(model, 'pin\u0303ata')).toBe(0);
    expect(findStyle(model, 'cre\u0300me')).toBe(0);
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
    const { settings } = applyShared(base, readQuery('width=on&tokens=on'), model);
    expect(settings).toMatchObject({ dynamicWidth: false, dynamicTokens: false });
    expect(formatQuery(shareSettings(settings, model))).not.toContain('width');
  });
});
