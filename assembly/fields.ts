// What the host writes and the kernels read, as words of 4 bytes: compiled by AssemblyScript into the
// kernels and by TypeScript into the host, so that neither counts by hand.

/** The head of a lane's memory: who works at what, and the values of the current run. */
export enum State {
  /** Items of the stage that nobody has taken yet; with `stage` one 64-bit word. */
  remaining = 0,
  /** Counts the ops that were begun, over all runs. */
  stage = 1,
  /** Items of the stage. */
  total = 2,
  /** Number of the op in the run. */
  index = 3,
  /** First op record of the run. */
  ops = 4,
  /** Ops of the run. */
  count = 5,
  /** Not 0: the run is to end early. */
  stop = 6,
  /** Not 0: the workers are to return. */
  quit = 7,
  scratch = 8,
  /** Bytes of scratch memory of a thread. */
  scratchBytes = 9,
  evaluation = 10,
  modulationRow = 11,
  /** 1 from the beginning of a run until its last word is written. */
  running = 12,
  /** f32 from here on: coefficients of an update. */
  latent = 16,
  weight0 = 17,
  weight1 = 18,
  noise = 19,
  minLog = 20,
  maxLog = 21,
  /** Coefficients of an estimate. */
  estimateLatent = 22,
  estimatePrediction = 23,
  /** Items of the stage that are done, on a cache line of its own. */
  done = 32,
  /** Threads that wait without spinning. */
  sleepers = 48,
  words = 64,
}

/** What `step` found. */
export enum Progress {
  /** An item was done. */
  worked,
  /** Nothing to take: others are still at it. */
  waiting,
  finished,
}

export enum Opcode {
  product,
  packKeys,
  attend,
  norm,
  score,
  compact,
  patches,
  condition,
  unpatchify,
  guidance,
  update,
  estimate,
  latentToPixels,
  convolution,
  rowMoments,
  groupStatistics,
  groupNorm,
  picture,
}

/** Words of an op record; word 0 is its `Opcode`. */
export enum Op {
  words = 40,
}

/** Function applied to the output of a product. */
export enum Activation {
  none,
  gelu,
  silu,
}

/** What becomes of the output of a product. */
export enum Ending {
  /** y = v */
  store,
  /** y[token] += gate * v */
  gated,
  /** y = v + table[row mod tableRows] */
  table,
}

/** y = activation(x w^T + b) */
export enum Product {
  x = 1,
  /** Bytes from a row of x to the next. */
  xStride,
  y,
  yStride,
  /** Rows of x; where `rowList` is given, the most there can be. */
  rows,
  /** How many rows, then the token of each; 0: all. */
  rowList,
  /** Panels of 8 columns, each (K, 8). */
  weights,
  /** A value for each column of the panels. */
  bias,
  /** 1: weights are halves. */
  half,
  /** K */
  k,
  /** Elements of a group of k. */
  kGroup,
  /** Most runs of active groups there can be. */
  kRuns,
  /** For each evaluation: number of runs, then (first group, groups) of each. */
  kTable,
  /** Bytes from an evaluation to the next; 0: the same for all. */
  kTableStride,
  /** Columns of a group of n. */
  nGroup,
  /** Panels of a group of n. */
  nPanels,
  /** For each evaluation: number of active groups, then which. */
  nTable,
  nTableStride,
  activation,
  ending,
  /** Gates, rows of `modulationStride` bytes, the first of item 0 of modulation row 0. */
  gate,
  modulationStride,
  /** Tokens of an item. */
  tokens,
  table,
  tableRows,
  tableStride,
}

/** y = conv(x), or y += conv(x), of rows of pixels. */
export enum Convolution {
  x = 1,
  /** Bytes from a pixel to the next. */
  xStride,
  /** Row of the picture that x begins with. */
  xFirst,
  y,
  yStride,
  yFirst,
  /** Pixels a side of x's picture. */
  side,
  /** Rows of x's picture for which rows of y are made. */
  first,
  rows,
  /** Panels of 8 channels, each (phases, taps, C, 8). */
  weights,
  /** A value for each column of the panels. */
  bias,
  /** 1: weights are halves. */
  half,
  /** C */
  channels,
  /** Side of the kernel. */
  size,
  /** 1, or 4 where every pixel of x becomes four of y: each with a kernel of its own. */
  phases,
  /** Panels of all groups of channels of y. */
  panels,
  /** Channels of a group of y. */
  group,
  /** Panels of a group. */
  groupPanels,
  /** 1: adds to what is in y. */
  adds,
  /** 1: ends in max(y, 0). */
  relu,
  /** A pixel of zeros. */
  zeros,
}

/** Keys as panels (8 keys, E) times E^-1/2, values as panels (N, 8 channels). */
export enum PackKeys {
  qkv = 1,
  stride,
  items,
  tokens,
  /** E */
  width,
  /** For each evaluation: number of active heads, then which. */
  heads,
  headsStride,
  /** (items, heads, N padded to 8, E) */
  keys,
  /** (items, heads, N, E padded to 8) */
  values,
  /** f32: E^-1/2 */
  scale,
}

/** y = softmax(q k^T) v on what `PackKeys` made. */
export enum Attend {
  qkv = 1,
  stride,
  y,
  yStride,
  items,
  tokens,
  width,
  heads,
  headsStride,
  keys,
  values,
}

/** y = LayerNorm(x) * (1 + scale) + shift */
export enum Norm {
  x = 1,
  y,
  rows,
  rowList,
  /** D */
  width,
  tokens,
  shift,
  shiftStride,
  scale,
  scaleStride,
}

/** kept = Linear(ReLU(Linear(x))) > 0 */
export enum Score {
  x = 1,
  rows,
  width,
  /** Panels of the first layer. */
  weights,
  bias,
  /** The second layer, padded with 0 to whole panels. */
  weight2,
  panels,
  /** f32 */
  bias2,
  kept,
}

/** rows = how many are kept, then which */
export enum Compact {
  kept = 1,
  count,
  rows,
}

/** y (B*N, C*P*P) = the patches of x (images*C, S*S) */
export enum Patches {
  x = 1,
  y,
  items,
  images,
  channels,
  side,
  patch,
}

export enum Condition {
  temb = 1,
  tembRows,
  label,
  y,
  yRows,
  items,
  width,
}

export enum Unpatchify {
  x = 1,
  y,
  items,
  channels,
  side,
  patch,
}

export enum Guidance {
  x = 1,
  y,
  images,
  halves,
  channels,
  guided,
  pixels,
  /** f32 */
  scale,
}

export enum Update {
  p0 = 1,
  p1,
  noise,
  x,
  flags,
  items,
  channels,
  outChannels,
  pixels,
}

export enum Estimate {
  x = 1,
  p,
  y,
  items,
  channels,
  outChannels,
  pixels,
}

export enum LatentToPixels {
  x = 1,
  y,
  channels,
  pixels,
  /** f32 */
  factor,
  /** f32; 0 where there is none. */
  limit,
}

/** Mean of each channel over a row of pixels, and the sum of squares about it. */
export enum RowMoments {
  x = 1,
  /** Pixels of a row. */
  side,
  rows,
  channels,
  /** (rows, 2, C) */
  y,
}

/** Of each channel: mean of its group, gamma / deviation of its group, beta. */
export enum GroupStatistics {
  /** (side, 2, C) */
  x = 1,
  side,
  channels,
  groups,
  gamma,
  beta,
  /** (3, C) */
  y,
  /** f32 */
  eps,
}

export enum GroupNorm {
  x = 1,
  y,
  pixels,
  channels,
  /** (3, C) */
  statistics,
  silu,
}

export enum Picture {
  x = 1,
  y,
  flags,
  pixels,
}
