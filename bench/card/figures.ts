import * as v from 'valibot';
import { modeNames } from '../names';
import { lambdas } from '../paper';

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const words = v.pipe(v.string(), v.maxLength(400));

/** An evaluation of the network, guided. */
const modeFigure = v.strictObject({
  mode: v.picklist(modeNames),
  /** Median. */
  ms: positive,
  /** Two flops a multiply-add. */
  gflopsPerSecond: positive,
  /** Multiply-adds of the blocks over those of the static network. */
  share: v.pipe(positive, v.maxValue(1)),
  /** With everything read and written once. */
  flopsPerByte: positive,
});

/** An op of a block alone, all of it active. */
const opFigure = v.strictObject({
  op: words,
  shape: words,
  ms: positive,
  gflopsPerSecond: positive,
  flopsPerByte: positive,
});

/** What a visitor's card does. Plain data, as JSON and in links. */
export const figuresSchema = v.strictObject({
  adapter: words,
  /** True where the processor imitates a card. */
  software: v.boolean(),
  features: v.pipe(v.array(words), v.maxLength(20)),
  browser: words,
  /** By its `id`. */
  network: words,
  lambda: v.picklist(lambdas),
  roof: v.strictObject({ gflops: positive, gigabytesPerSecond: positive }),
  modes: v.pipe(v.array(modeFigure), v.maxLength(4)),
  ops: v.pipe(v.array(opFigure), v.maxLength(10)),
  /** Whether the ops were timed by the card's own clock. */
  opsByTimestamps: v.boolean(),
  /** What was measured and can not be: a sentence each. */
  refused: v.pipe(v.array(words), v.maxLength(20)),
});

export type CardFigures = v.InferOutput<typeof figuresSchema>;
export type ModeFigure = CardFigures['modes'][number];
export type OpFigure = CardFigures['ops'][number];
