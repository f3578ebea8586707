import { DyditError } from '../errors';
import { axisLength, wholeAxis, type Axis } from './axis';
import type { ConvLayer, LinearLayer, NormLayer, TableLayer, TokenRouterLayer } from './layer';
import type { Activation, Chunk, Op } from './op';
import { allRows, endOf, holdsRows, reachOf, type Pixels, type RowSpan } from './pixels';
import type { Program } from './program';
import { denseWords, rowsOf, type Tensor, type TensorSpec } from './tensor';
import type { Gate } from './width';

/** Options of a linear layer. */
export interface LinearOptions {
  readonly activation?: Activation;
  readonly n?: Gate;
  readonly k?: Gate;
  readonly rows?: Tensor;
  /** Where the result goes; a tensor of its own where absent. */
  readonly into?: Tensor;
}

/** Options of a convolution. */
export interface ConvOptions {
  /** The rows to make; all of them where absent. */
  readonly rows?: RowSpan;
  /** Where the result goes; a tensor of the rows that are made where absent. */
  readonly into?: Pixels;
  /** Adds to what is there in `into`. */
  readonly adds?: boolean;
  /** Ends in max(y, 0). */
  readonly relu?: boolean;
}

/** Records a network as a program: each call adds an op and gives the tensor that it makes. */
export class Recorder {
  readonly #ops: Op[] = [];
  readonly #tensors: Tensor[] = [];

  constructor(readonly label: string) {}

  /** A tensor whose storage is made outside and bound by this name. */
  external(name: string, spec: TensorSpec): Tensor {
    return this.#tensor(spec, name);
  }

  /** activation(x w^T + b) -> (rows of x, n) */
  linear(x: Tensor, layer: LinearLayer, options: LinearOptions = {}): Tensor {
    this.#expectColumns(layer.name, x, layer.k);
    const { activation = 'none', n, k, rows } = options;
    const y = options.into ?? this.#tensor(rowsOf(x.rows, layer.n));
    this.#ops.push({ kind: 'linear', layer, x: x.id, y: y.id, activation, n, k, rows: rows?.id });
    return y;
  }

  /** y[token] += gate * (x w^T + b), in place */
  addGated(
    y: Tensor,
    gate: Chunk,
    x: Tensor,
    layer: LinearLayer,
    options: { readonly tokens: number; readonly k?: Gate; readonly rows?: Tensor },
  ): void {
    this.#expectColumns(layer.name, x, layer.k);
    const { tokens, k, rows } = options;
    this.#ops.push({
      kind: 'addGated',
      layer,
      x: x.id,
      y: y.id,
      gate,
      tokens,
      k,
      rows: rows?.id,
    });
  }

  /** LayerNorm(x) * (1 + scale) + shift -> (B*N, D), of the selected rows where given */
  norm(
    x: Tensor,
    modulation: { readonly shift: Chunk; readonly scale: Chunk },
    options: { readonly tokens: number; readonly rows?: Tensor },
  ): Tensor {
    const y = this.#tensor(rowsOf(x.rows, x.axis));
    const { tokens, rows } = options;
    this.#ops.push({ kind: 'norm', x: x.id, y: y.id, ...modulation, tokens, rows: rows?.id });
    return y;
  }

  /** qkv (B*N, 3 x heads x E) -> (B*N, heads x E) */
  attention(
    qkv: Tensor,
    heads: Gate,
    shape: { readonly items: number; readonly tokens: number },
  ): Tensor {
    const { groups, group } = qkv.axis;
    const y = this.#tensor(rowsOf(qkv.rows, { groups: groups / 3, group }));
    this.#ops.push({ kind: 'attention', qkv: qkv.id, y: y.id, heads, ...shape });
    return y;
  }

  /** The rows that the router keeps, (1, 1 + B*N): how many, then which */
  selectTokens(
    x: Tensor,
    layer: TokenRouterLayer,
    kept: Tensor,
    { keptRow, shift = 0 }: { readonly keptRow: number; readonly shift?: number },
  ): Tensor {
    const rows = this.#tensor(denseWords(1, 1 + x.rows));
    this.#ops.push({
      kind: 'selectTokens',
      layer,
      x: x.id,
      kept: kept.id,
      keptRow,
      shift,
      rows: rows.id,
    });
    return rows;
  }

  /** (images * C, S * S) -> (B*N, D) */
  patchEmbed(
    x: Tensor,
    layer: LinearLayer,
    positions: TableLayer,
    shape: {
      readonly items: number;
      readonly images: number;
      readonly channels: number;
      readonly side: number;
      readonly patch: number;
    },
  ): Tensor {
    const tokens = (shape.side / shape.patch) ** 2;
    const y = this.#tensor(rowsOf(shape.items * tokens, layer.n));
    this.#ops.push({ kind: 'patchEmbed', layer, positions, x: x.id, y: y.id, ...shape });
    return y;
  }

  /** SiLU(temb + label) -> (evaluations * B, D) */
  condition(temb: Tensor, label: Tensor, evaluations: number): Tensor {
    const y = this.#tensor(rowsOf(evaluations * label.rows, temb.axis));
    const items = label.rows;
    this.#ops.push({ kind: 'condition', temb: temb.id, label: label.id, y: y.id, items });
    return y;
  }

  /** (B*N, P*P*Cout) -> prediction (B * Cout, S * S) */
  unpatchify(
    x: Tensor,
    y: Tensor,
    shape: {
      readonly items: number;
      readonly channels: number;
      readonly side: number;
      readonly patch: number;
    },
  ): void {
    this.#ops.push({ kind: 'unpatchify', x: x.id, y: y.id, ...shape });
  }

  guidance(
    x: Tensor,
    y: Tensor,
    shape: {
      readonly images: number;
      readonly halves: 1 | 2;
      readonly channels: number;
      readonly guided: number;
      readonly scale: number;
    },
  ): void {
    this.#ops.push({ kind: 'guidance', x: x.id, y: y.id, ...shape });
  }

  /** Moves the latent x in place. */
  update(
    x: Tensor,
    from: {
      readonly p0: Tensor;
      readonly p1: Tensor;
      readonly noise: Tensor;
      readonly flags: Tensor;
    },
    shape: { readonly items: number; readonly channels: number; readonly outChannels: number },
  ): void {
    const { p0, p1, noise, flags } = from;
    this.#ops.push({
      kind: 'update',
      x: x.id,
      p0: p0.id,
      p1: p1.id,
      noise: noise.id,
      flags: flags.id,
      ...shape,
    });
  }

  /** A guess of the clean latent, into y. */
  estimate(
    x: Tensor,
    p: Tensor,
    y: Tensor,
    shape: { readonly items: number; readonly channels: number; readonly outChannels: number },
  ): void {
    this.#ops.push({ kind: 'estimate', x: x.id, p: p.id, y: y.id, ...shape });
  }

  /** A latent (C, S * S), channels last, times factor, bent to stay within a limit -> (S * S, C) */
  latentToPixels(x: Tensor, factor: number, limit?: number): Pixels {
    const side = Math.sqrt(axisLength(x.axis));
    const y = this.pixels(side, allRows(side), wholeAxis(x.rows));
    this.#ops.push({ kind: 'latentToPixels', x: x.id, y: y.tensor.id, factor, limit });
    return y;
  }

  /** Rows of pixels of a picture that ops write later -> (rows * side, C) */
  pixels(side: number, { first, count }: RowSpan, axis: Axis): Pixels {
    return { tensor: this.#tensor(rowsOf(count * side, axis)), side, first, count };
  }

  /** A convolution, of a picture of twice the side where its layer doubles -> (pixels, N) */
  conv(x: Pixels, layer: ConvLayer, options: ConvOptions = {}): Pixels {
    this.#expectColumns(layer.name, x.tensor, wholeAxis(layer.channels));
    const side = x.side * (layer.doubles ? 2 : 1);
    const { rows = allRows(side), adds = false, relu = false } = options;
    this.#expectSource(layer, x, rows);
    const y = options.into ?? this.pixels(side, rows, layer.n);
    this.#expectRows(layer.name, y, side, rows);
    this.#ops.push({
      kind: 'conv',
      layer,
      ...{ x: x.tensor.id, xFirst: x.first, y: y.tensor.id, yFirst: y.first, side, rows },
      ...{ adds, relu },
    });
    return y;
  }

  /** Place for the moments of the rows of a picture (side, 2 x C) */
  moments(side: number, channels: number): Tensor {
    return this.#tensor(rowsOf(side, { groups: 2, group: channels }));
  }

  /** Mean of each channel over each row of pixels, and squares about it, into their rows of y. */
  rowMoments(x: Pixels, y: Tensor, rows: RowSpan = x): void {
    this.#expectRows('rowMoments', x, x.side, rows);
    const { first, count } = rows;
    this.#ops.push({
      kind: 'rowMoments',
      ...{ x: x.tensor.id, xFirst: x.first, y: y.id, side: x.side, rows: { first, count } },
    });
  }

  /** What a group norm does to each channel, of the moments of a whole picture -> (3, C) */
  groupStatistics(
    moments: Tensor,
    layer: NormLayer,
    options: { readonly groups: number; readonly eps: number },
  ): Tensor {
    if (layer.channels % options.groups !== 0) {
      throw this.#misuse(
        `${layer.name}: ${layer.channels} channels do not split into ${options.groups} groups`,
      );
    }
    const y = this.#tensor(rowsOf(3, wholeAxis(moments.axis.group)));
    this.#ops.push({ kind: 'groupStatistics', layer, x: moments.id, y: y.id, ...options });
    return y;
  }

  /** GroupNorm by its statistics, then SiLU where asked for -> (pixels, C) */
  groupNorm(
    x: Pixels,
    statistics: Tensor,
    { silu, rows = x }: { readonly silu: boolean; readonly rows?: RowSpan },
  ): Pixels {
    this.#expectRows('groupNorm', x, x.side, rows);
    const { first, count } = rows;
    const { side } = x;
    const y = this.pixels(side, rows, x.tensor.axis);
    this.#ops.push({
      ...{ kind: 'groupNorm', x: x.tensor.id, xFirst: x.first, statistics: statistics.id },
      ...{ y: y.tensor.id, side, rows: { first, count }, silu },
    });
    return y;
  }

  /** Attention of all pixels with one head, qkv (pixels, 3 x C) -> (pixels, C) */
  pixelAttention(qkv: Pixels): Pixels {
    const { side, tensor } = qkv;
    this.#expectRows('pixelAttention', qkv, side, allRows(side));
    const y = this.pixels(side, allRows(side), wholeAxis(tensor.axis.group));
    this.#ops.push({ kind: 'pixelAttention', qkv: tensor.id, y: y.tensor.id });
    return y;
  }

  /** RGBA bytes of (pixels, 3), into y. */
  picture(x: Tensor, y: Tensor, flags: Tensor): void {
    this.#ops.push({ kind: 'picture', x: x.id, y: y.id, flags: flags.id });
  }

  finish(): Program {
    return { label: this.label, ops: this.#ops, tensors: this.#tensors };
  }

  #tensor(spec: TensorSpec, external?: string): Tensor {
    const tensor: Tensor = { ...spec, id: this.#tensors.length, external };
    this.#tensors.push(tensor);
    return tensor;
  }

  #expectColumns(name: string, x: Tensor, k: Axis): void {
    if (x.axis.groups === k.groups && x.axis.group === k.group) return;
    throw this.#misuse(
      `${name} takes ${k.groups} x ${k.group} columns; got ${x.axis.groups} x ${x.axis.group}`,
    );
  }

  /** A convolution finds all that it reads, and makes doubled rows in pairs. */
  #expectSource({ name, size, doubles = false }: ConvLayer, x: Pixels, rows: RowSpan): void {
    const scale = doubles ? 2 : 1;
    if (doubles && (size !== 3 || rows.first % 2 !== 0 || rows.count % 2 !== 0)) {
      throw this.#misuse(`${name}: doubled rows come in pairs, from a kernel of size 3`);
    }
    const source = { first: rows.first / scale, count: rows.count / scale };
    this.#expectRows(name, x, x.side, reachOf(source, size, x.side));
  }

  #expectRows(name: string, pixels: Pixels, side: number, rows: RowSpan): void {
    if (pixels.side === side && holdsRows(pixels, rows)) return;
    throw this.#misuse(
      `${name} needs rows ${rows.first} to ${endOf(rows)} of ${side}; got ${pixels.first} to ${endOf(pixels)} of ${pixels.side}`,
    );
  }

  #misuse(problem: string): DyditError {
    return new DyditError('internal', `${this.label}: ${problem}.`);
  }
}

/** Chunk `index` of a modulation tensor. */
export function chunk(modulation: Tensor, index: number): Chunk {
  return { modulation: modulation.id, chunk: index };
}
