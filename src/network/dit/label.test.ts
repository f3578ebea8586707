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
