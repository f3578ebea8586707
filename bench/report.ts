import * as v from 'valibot';
import { kernelStorages } from './kernel-cases';
import { backendNames, configNames, modeNames, runtimeNames } from './names';
import { lambdas } from './paper';

const positive = v.pipe(v.number(), v.finite(), v.gtValue(0));
const notNegative = v.pipe(v.number(), v.finite(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const share = v.pipe(v.number(), v.gtValue(0), v.maxValue(1));
const name = v.pipe(v.string(), v.nonEmpty());
const backend = v.picklist(backendNames);
const config = v.picklist(configNames);
const mode = v.picklist(modeNames);

/** Multiply-adds of registers only, two flops each: what nothing can exceed. */
const peak = v.strictObject({ backend, threads: count, gflops: positive });

/** An evaluation of the network. */
const result = v.strictObject({
  backend,
  config,
  batch: count,
  mode,
  threads: count,
  /** Median. */
  msPerEvaluation: positive,
  /** (largest - smallest) / median. */
  spread: notNegative,
  /** All multiply-adds of the evaluation, two flops each, in 10^9. */
  gflop: positive,
  /** Multiply-adds of the blocks over those of the static model, as the paper counts them. */
  share,
});

/** What an evaluation on a graphics card takes besides its time. */
const cardCosts = v.strictObject({
  config,
  batch: count,
  mode,
  /** Bytes of the buffers of the weights, and of a run beside them. */
  weightBytes: positive,
  runBytes: positive,
  /** The thread's part: writing, encoding and submitting. */
  hostMs: notNegative,
  /** By the card's own clock. */
  deviceMs: v.optional(positive),
});

/** Attention alone, one item. */
const attention = v.strictObject({
  backend,
  tokens: count,
  heads: count,
  size: count,
  ms: positive,
  /** Of its buffers. */
  bytes: notNegative,
});

/** A whole picture, decoded. */
const picture = v.strictObject({
  backend,
  steps: count,
  mode,
  /** All of it, with decoding. */
  ms: positive,
  decodeMs: positive,
});

/** One op, on the fewest threads asked for. */
const kernel = v.strictObject({
  backend,
  name,
  shape: name,
  /** Of its weights. */
  storage: v.picklist(kernelStorages),
  gflopsPerSecond: positive,
  fractionOfPeak: share,
});

/** The static network by somebody else's runtime. */
const peer = v.strictObject({
  name,
  version: name,
  backend,
  threads: count,
  config,
  batch: count,
  msPerEvaluation: positive,
  /** Largest difference from what ours was checked against, for outputs of about 1. */
  maxError: notNegative,
});

/** What `--json` writes. */
export const reportSchema = v.strictObject({
  adapter: v.string(),
  runtime: v.picklist(runtimeNames),
  /** Of the made-up models. */
  lambda: v.picklist(lambdas),
  cpu: v.string(),
  peaks: v.array(peak),
  results: v.array(result),
  costs: v.array(cardCosts),
  attention: v.array(attention),
  pictures: v.array(picture),
  kernels: v.array(kernel),
  peers: v.array(peer),
});

export type BenchReport = v.InferOutput<typeof reportSchema>;
export type Peak = BenchReport['peaks'][number];
export type Result = BenchReport['results'][number];
export type PictureResult = BenchReport['pictures'][number];
export type KernelResult = BenchReport['kernels'][number];
export type PeerResult = BenchReport['peers'][number];
export type CardCostsResult = BenchReport['costs'][number];
export type AttentionResult = BenchReport['attention'][number];
