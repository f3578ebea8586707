import type { ConvLayer, LinearLayer, NormLayer, TableLayer, TokenRouterLayer } from './layer';
import type { RowSpan } from './pixels';
import type { Gate } from './width';

/** Index of a tensor in `Program.tensors`. */
export type TensorId = number;

/** Function applied to the output of a linear layer. GELU is the tanh form. */
export type Activation = 'none' | 'gelu' | 'silu';

/**
 * D columns of a modulation tensor (evaluations * B, chunks * D), number `chunk`. The row is the
 * item of the token, counted from the run's `modulationRow`.
 */
export interface Chunk {
  readonly modulation: TensorId;
  readonly chunk: number;
}

/**
 * y = activation(x w^T + b). With `rows`, x and y hold the selected rows, packed. Gated axes hold
 * the active groups only, packed: x along k, y along n.
 */
export interface LinearOp {
  readonly kind: 'linear';
  readonly layer: LinearLayer;
  readonly x: TensorId;
  readonly y: TensorId;
  readonly activation: Activation;
  readonly n?: Gate;
  readonly k?: Gate;
  readonly rows?: TensorId;
}

/** y[token] += gate * (x w^T + b): the end of a residual branch; y is updated in place. */
export interface AddGatedOp {
  readonly kind: 'addGated';
  readonly layer: LinearLayer;
  readonly x: TensorId;
  /** (B*N, D) */
  readonly y: TensorId;
  readonly gate: Chunk;
  /** N */
  readonly tokens: number;
  readonly k?: Gate;
  readonly rows?: TensorId;
}

/** y = LayerNorm(x) * (1 + scale) + shift, eps 1e-6; with `rows` of the selected tokens, packed. */
export interface NormOp {
  readonly kind: 'norm';
  /** (B*N, D) */
  readonly x: TensorId;
  readonly y: TensorId;
  readonly shift: Chunk;
  readonly scale: Chunk;
  /** N */
  readonly tokens: number;
  readonly rows?: TensorId;
}

/** y[i] = softmax(E^-1/2 q k^T) v for each item and active head. */
export interface AttentionOp {
  readonly kind: 'attention';
  /** (B*N, 3 x active heads x E) */
  readonly qkv: TensorId;
  /** (B*N, active heads x E) */
  readonly y: TensorId;
  readonly items: number;
  /** N */
  readonly tokens: number;
  readonly heads: Gate;
}

/**
 * kept[layer] = router(x) + shift > 0; rows = how many, then which, ascending over the flat B*N. Other
 * ops of the program name the list; a backend need not make it.
 */
export interface SelectTokensOp {
  readonly kind: 'selectTokens';
  readonly layer: TokenRouterLayer;
  /** (B*N, D) */
  readonly x: TensorId;
  /** (L, B*N) of 0 or 1, dense */
  readonly kept: TensorId;
  /** Row of `kept`. */
  readonly keptRow: number;
  /** Added to the bias of the router, in f32. */
  readonly shift: number;
  /** (1, 1 + B*N) words, dense */
  readonly rows: TensorId;
}

/** y = patches(x) w^T + b + positions; item i shows image i mod images. */
export interface PatchEmbedOp {
  readonly kind: 'patchEmbed';
  /** Its k axis is (C, P, P). */
  readonly layer: LinearLayer;
  /** (N, D) */
  readonly positions: TableLayer;
  /** (images * C, S * S), dense */
  readonly x: TensorId;
  /** (B*N, D) */
  readonly y: TensorId;
  readonly items: number;
  readonly images: number;
  readonly channels: number;
  /** S */
  readonly side: number;
  /** P */
  readonly patch: number;
}

/** y[e*B + i] = SiLU(temb[min(evaluation + e, last)] + label[i]). */
export interface ConditionOp {
  readonly kind: 'condition';
  /** (evaluations of the run, D) */
  readonly temb: TensorId;
  /** (B, D), dense */
  readonly label: TensorId;
  /** (evaluations at once * B, D) */
  readonly y: TensorId;
  /** B */
  readonly items: number;
}

/** (B*N, P*P*Cout) -> (B * Cout, S * S), "nhwpqc->nchpwq". */
export interface UnpatchifyOp {
  readonly kind: 'unpatchify';
  readonly x: TensorId;
  readonly y: TensorId;
  readonly items: number;
  /** Cout */
  readonly channels: number;
  readonly side: number;
  readonly patch: number;
}

/** y = u + scale * (c - u) on the channels below `guided`; the others are the item's own. */
export interface GuidanceOp {
  readonly kind: 'guidance';
  /** (halves * images * Cout, S * S), conditional half first, dense */
  readonly x: TensorId;
  readonly y: TensorId;
  readonly images: number;
  readonly halves: 1 | 2;
  /** Cout */
  readonly channels: number;
  readonly guided: number;
  readonly scale: number;
}

/**
 * x <- latent*x + weight0*p0 + weight1*p1 + noise * exp(0.5*logvar), with the coefficients of the
 * run; flags = 1 where a value is not finite. logvar = f*maxLog + (1-f)*minLog, f = (v+1)/2, v the
 * variance channels of p0 (arXiv 2102.09672, eq. 15); without them maxLog.
 */
export interface UpdateOp {
  readonly kind: 'update';
  /** (items * Cout, S * S), dense */
  readonly p0: TensorId;
  readonly p1: TensorId;
  /** (items * C, S * S), dense */
  readonly noise: TensorId;
  readonly x: TensorId;
  /** (1, 1) word */
  readonly flags: TensorId;
  readonly items: number;
  /** C */
  readonly channels: number;
  /** Cout, C or 2C */
  readonly outChannels: number;
}

/** y = latent*x + prediction*p, with the coefficients of the run. */
export interface EstimateOp {
  readonly kind: 'estimate';
  readonly x: TensorId;
  readonly p: TensorId;
  readonly y: TensorId;
  readonly items: number;
  readonly channels: number;
  readonly outChannels: number;
}

/**
 * One latent, channels last, times factor: (C, S * S) -> (S * S, C); where there is a limit, bent to
 * stay within it: limit * tanh(x * factor / limit). What is not finite stays what it is.
 */
export interface LatentToPixelsOp {
  readonly kind: 'latentToPixels';
  readonly x: TensorId;
  readonly y: TensorId;
  readonly factor: number;
  readonly limit?: number | undefined;
}

/** What an op does to rows of pixels of a square picture, which tensors may hold a part of. */
export interface PixelsOp {
  /** (rows of pixels * its side, C) */
  readonly x: TensorId;
  /** Row of the picture that x begins with. */
  readonly xFirst: number;
  /** Pixels a side of the picture that is made. */
  readonly side: number;
  /** The rows of that picture that are made. */
  readonly rows: RowSpan;
}

/**
 * y = conv(x), or y += conv(x) in place where `adds`; then max(y, 0) where `relu`. Rows of x that the
 * kernel reaches and that are in the picture must be in the tensor; those outside the picture are zeros.
 */
export interface ConvOp extends PixelsOp {
  readonly kind: 'conv';
  readonly layer: ConvLayer;
  /** (rows of pixels * side, N) */
  readonly y: TensorId;
  readonly yFirst: number;
  readonly adds: boolean;
  readonly relu: boolean;
}

/** y[row] = mean of each channel over a row of pixels, and the sum of squares about it. */
export interface RowMomentsOp extends PixelsOp {
  readonly kind: 'rowMoments';
  /** (side, 2 x C) */
  readonly y: TensorId;
}

/** Of each channel: the mean of its group, gamma / sqrt(variance of its group + eps), beta. */
export interface GroupStatisticsOp {
  readonly kind: 'groupStatistics';
  readonly layer: NormLayer;
  /** (side, 2 x C), what `RowMomentsOp` made of a whole picture */
  readonly x: TensorId;
  /** (3, C) */
  readonly y: TensorId;
  readonly groups: number;
  readonly eps: number;
}

/** y = GroupNorm(x) with the statistics of the whole picture, then SiLU where asked for. */
export interface GroupNormOp extends PixelsOp {
  readonly kind: 'groupNorm';
  /** (3, C), what `GroupStatisticsOp` made */
  readonly statistics: TensorId;
  /** (rows.count * side, C) */
  readonly y: TensorId;
  readonly silu: boolean;
}

/** y = softmax(E^-1/2 q k^T) v with one head as wide as the channels. */
export interface PixelAttentionOp {
  readonly kind: 'pixelAttention';
  /** (pixels, 3 x C) */
  readonly qkv: TensorId;
  /** (pixels, C) */
  readonly y: TensorId;
}

/** RGBA bytes clamp(127.5*x + 128, 0, 255), a word a pixel; flags = 1 where x is not finite. */
export interface PictureOp {
  readonly kind: 'picture';
  /** (pixels, 3) */
  readonly x: TensorId;
  /** (pixels, 1) words, dense */
  readonly y: TensorId;
  readonly flags: TensorId;
}

export type Op =
  | LinearOp
  | AddGatedOp
  | NormOp
  | AttentionOp
  | SelectTokensOp
  | PatchEmbedOp
  | ConditionOp
  | UnpatchifyOp
  | GuidanceOp
  | UpdateOp
  | EstimateOp
  | LatentToPixelsOp
  | ConvOp
  | RowMomentsOp
  | GroupStatisticsOp
  | GroupNormOp
  | PixelAttentionOp
  | PictureOp;

export type OpKind = Op['kind'];

/** The op of a kind. */
export type OpOf<K extends Op['kind']> = Extract<Op, { readonly kind: K }>;
