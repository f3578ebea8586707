import { expect, test } from 'vitest';
import type { DitConfig } from '../config';
import { labelEmbeddings, unmixed, type LabelTables } from './label';

const config: DitConfig = {
  inputSize: 4,
  patchSize: 2,
  inChannels: 4,
  hiddenSize: 2,
  depth: 1,
  numHeads: 1,
  mlpRatio: 4,
  learnSigma: false,
  numClasses: 2,
  numStyles: 1,
  objective: 'flow-v',
  dynamic: false,
};

/** Two classes and the null class; one style and the null style. */
const tables: LabelTables = {
  classes: Float32Array.of(1, 2, 3, 4, 5, 6),
  styles: Float32Array.of(10, 20, 30, 40),
};

test('class plus style, the null style where none is given, nulls last under guidance', () => {
  const labels = [unmixed({ classId: 1, styleId: 0 }), unmixed({ classId: 0 })];
  const conditional = [13, 24, 31, 42];
  expect([...labelEmbeddings(config, tables, { labels }, false)]).toEqual(conditional);
  const nulls = [35, 46, 35, 46];
  expect([...labelEmbeddings(config, tables, { labels }, true)]).toEqual([
    ...conditional,
    ...nulls,
  ]);
});

test('a model without styles has class rows alone', () => {
  const plain = { ...config, numStyles: 0 };
  const labels = [unmixed({ classId: 1 })];
  const made = labelEmbeddings(plain, { classes: tables.classes }, { labels }, true);
  expect([...made]).toEqual([3, 4, 5, 6]);
});

test('without a null class there is no guidance', () => {
  const bare = { ...config, nullClass: false };
  const labels = [unmixed({ classId: 0 })];
  expect(() => labelEmbeddings(bare, tables, { labels }, true)).toThrow(/without a null class/);
  expect([...labelEmbeddings(bare, tables, { labels }, false)]).toEqual([31, 42]);
});

test('a mix is the sum of its labels by their shares; what weighs 0 is not in it', () => {
  const mix = [
    { classId: 1, styleId: 0, weight: 3 },
    { classId: 0, weight: 1 },
    { classId: 0, styleId: 0, weight: 0 },
  ];
  const [made] = [labelEmbeddings(config, tables, { labels: [mix] }, false)];
  // 3/4 of (13, 24) and 1/4 of (31, 42)
  expect([...made]).toEqual([17.5, 28.5]);
});

test('linear inputs are the same in both halves', () => {
  const given = { ...tables, inputs: Float32Array.of(1, 10, 2, 20) }; // (D, K)
  const labels = [unmixed({ classId: 0, styleId: 0 }), unmixed({ classId: 1, styleId: 0 })];
  const inputs = [
    [1, 0.5],
    [0, -1],
  ];
  const made = labelEmbeddings({ ...config, conditions: 2 }, given, { labels, inputs }, true);
  // W a of the images is (6, 12) and (-10, -20), beside (11, 22), (13, 24) and the nulls' (35, 46).
  expect([...made]).toEqual([17, 34, 3, 4, 41, 58, 25, 26]);
});
