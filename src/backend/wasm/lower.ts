import {
  Activation,
  Attend,
  Compact,
  Condition,
  Convolution,
  Ending,
  Estimate,
  GroupNorm,
  GroupStatistics,
  Guidance,
  LatentToPixels,
  Norm,
  Opcode,
  PackKeys,
  Patches,
  Picture,
  Product,
  RowMoments,
  Score,
  Unpatchify,
  Update,
} from '../../../assembly/fields';
import { axisLength, wholeAxis, type Axis } from '../../ops/axis';
import { tapsOf } from '../../ops/layer';
import type { Chunk, Op, TensorId } from '../../ops/op';
import type { Tensor } from '../../ops/tensor';
import type { Gate } from '../../ops/width';
import { phases } from '../phase-kernels';
import { mostRuns, type GateTable, type GateTables } from './gate-tables';
import { encodeOp, floatBits, type FieldValues, type OpRecord } from './record';
import type { PackedPanels, WasmWeights } from './wasm-weights';

/** Where everything is that the ops of a program work on. */
export interface Placement {
  readonly tensors: readonly Tensor[];
  readonly addressOf: (id: TensorId) => number;
  readonly weights: WasmWeights;
  readonly gates: GateTables;
  /** Memory that an op may use while it runs, as `temporaryBytes` says. */
  readonly temporary: number;
  /** Zeros, as many as the widest convolution has channels. */
  readonly zeros: number;
}

type OpOf<K extends Op['kind']> = Extract<Op, { readonly kind: K }>;

/** Bytes of memory beside its tensors that an op needs while it runs. */
export function temporaryBytes(op: Op, tensors: readonly Tensor[]): number {
  switch (op.kind) {
    case 'attention': {
      const { groups, group } = tensors[op.qkv].axis;
      return packedBytes({ pairs: (op.items * groups) / 3, tokens: op.tokens, width: group });
    }
    case 'pixelAttention': {
      const { rows, axis } = tensors[op.y];
      return packedBytes({ pairs: 1, tokens: rows, width: axisLength(axis) });
    }
    case 'patchEmbed':
      return tensors[op.y].rows * axisLength(op.layer.k) * 4;
    default:
      return 0;
  }
}

/** An op as the kernels' ops. */
export function lowerOp(op: Op, at: Placement): readonly OpRecord[] {
  switch (op.kind) {
    case 'linear':
      return [lowerLinear(op, at)];
    case 'addGated':
      return [lowerAddGated(op, at)];
    case 'norm':
      return [lowerNorm(op, at)];
    case 'attention':
      return lowerAttention(op, at);
    case 'selectTokens':
      return lowerSelectTokens(op, at);
    case 'patchEmbed':
      return lowerPatchEmbed(op, at);
    case 'condition':
      return [lowerCondition(op, at)];
    case 'unpatchify':
      return [
        encodeOp(Opcode.unpatchify, Unpatchify, {
          ...{ x: at.addressOf(op.x), y: at.addressOf(op.y), items: op.items },
          ...{ channels: op.channels, side: op.side, patch: op.patch },
        }),
      ];
    case 'guidance':
      return [lowerGuidance(op, at)];
    case 'update':
      return [lowerUpdate(op, at)];
    case 'estimate':
      return [lowerEstimate(op, at)];
    case 'latentToPixels':
      return [lowerLatentToPixels(op, at)];
    case 'conv':
      return [lowerConv(op, at)];
    case 'rowMoments':
      return [lowerRowMoments(op, at)];
    case 'groupStatistics':
      return [lowerGroupStatistics(op, at)];
    case 'groupNorm':
      return [lowerGroupNorm(op, at)];
    case 'pixelAttention':
      return lowerPixelAttention(op, at);
    case 'picture':
      return [
        encodeOp(Opcode.picture, Picture, {
          ...{ x: at.addressOf(op.x), y: at.addressOf(op.y), flags: at.addressOf(op.flags) },
          pixels: at.tensors[op.x].rows,
        }),
      ];
  }
}

function columnsOf(id: TensorId, { tensors }: Placement): number {
  return axisLength(tensors[id].axis);
}

/** Bytes from a row of a tensor to the next. */
function strideOf(id: TensorId, at: Placement): number {
  return columnsOf(id, at) * 4;
}

function rowListOf(rows: TensorId | undefined, at: Placement): number {
  return rows === undefined ? 0 : at.addressOf(rows);
}

/** Address of a chunk of D columns in row 0 of its modulation tensor. */
function chunkAddress({ modulation, chunk }: Chunk, columns: number, at: Placement): number {
  return at.addressOf(modulation) + chunk * columns * 4;
}

/** The fields of a product that only some have. */
const plainProduct = {
  rowList: 0,
  activation: Activation.none,
  ending: Ending.store,
  gate: 0,
  modulationStride: 0,
  tokens: 1,
  table: 0,
  tableRows: 1,
  tableStride: 0,
};

/** The fields of a product that tell of weights and of the columns that gates leave active. */
function weightFields(
  packed: PackedPanels,
  axes: { readonly k: Axis; readonly n: Axis },
  gates: { readonly k: GateTable; readonly n: GateTable },
): Omit<
  FieldValues<typeof Product>,
  keyof typeof plainProduct | 'x' | 'xStride' | 'y' | 'yStride' | 'rows'
> {
  return {
    weights: packed.weights,
    bias: packed.bias,
    half: packed.half ? 1 : 0,
    k: packed.shape.k,
    kGroup: axes.k.group,
    kRuns: mostRuns(axes.k.groups),
    kTable: gates.k.address,
    kTableStride: gates.k.stride,
    nGroup: axes.n.group,
    nPanels: packed.shape.panels,
    nTable: gates.n.address,
    nTableStride: gates.n.stride,
  };
}

function linearFields(
  op: { readonly layer: OpOf<'linear'>['layer']; readonly n?: Gate; readonly k?: Gate },
  { weights, gates }: Placement,
): ReturnType<typeof weightFields> {
  const { k, n } = op.layer;
  const active = { k: gates.runs(op.k, k), n: gates.groups(op.n, n) };
  return weightFields(weights.panels(op.layer), { k, n }, active);
}

function lowerLinear(op: OpOf<'linear'>, at: Placement): OpRecord {
  return encodeOp(Opcode.product, Product, {
    ...plainProduct,
    ...linearFields(op, at),
    x: at.addressOf(op.x),
    xStride: strideOf(op.x, at),
    y: at.addressOf(op.y),
    yStride: strideOf(op.y, at),
    rows: at.tensors[op.x].rows,
    rowList: rowListOf(op.rows, at),
    activation: Activation[op.activation],
  });
}

function lowerAddGated(op: OpOf<'addGated'>, at: Placement): OpRecord {
  return encodeOp(Opcode.product, Product, {
    ...plainProduct,
    ...linearFields(op, at),
    x: at.addressOf(op.x),
    xStride: strideOf(op.x, at),
    y: at.addressOf(op.y),
    yStride: strideOf(op.y, at),
    rows: at.tensors[op.x].rows,
    rowList: rowListOf(op.rows, at),
    ending: Ending.gated,
    gate: chunkAddress(op.gate, columnsOf(op.y, at), at),
    modulationStride: strideOf(op.gate.modulation, at),
    tokens: op.tokens,
  });
}

function lowerNorm(op: OpOf<'norm'>, at: Placement): OpRecord {
  const width = columnsOf(op.x, at);
  return encodeOp(Opcode.norm, Norm, {
    x: at.addressOf(op.x),
    y: at.addressOf(op.y),
    rows: at.tensors[op.x].rows,
    rowList: rowListOf(op.rows, at),
    width,
    tokens: op.tokens,
    shift: chunkAddress(op.shift, width, at),
    shiftStride: strideOf(op.shift.modulation, at),
    scale: chunkAddress(op.scale, width, at),
    scaleStride: strideOf(op.scale.modulation, at),
  });
}

/** Sizes of the keys and values of all (item, head) pairs. */
interface PackedShape {
  readonly pairs: number;
  readonly tokens: number;
  /** E */
  readonly width: number;
}

function roundUp8(n: number): number {
  return Math.ceil(n / 8) * 8;
}

function keyBytes({ pairs, tokens, width }: PackedShape): number {
  return pairs * roundUp8(tokens) * width * 4;
}

function packedBytes(shape: PackedShape): number {
  return keyBytes(shape) + shape.pairs * shape.tokens * roundUp8(shape.width) * 4;
}

function lowerAttention(op: OpOf<'attention'>, at: Placement): readonly OpRecord[] {
  const { groups, group } = at.tensors[op.qkv].axis;
  const shape = { pairs: (op.items * groups) / 3, tokens: op.tokens, width: group };
  return attentionRecords(op, { shape, items: op.items, heads: at.gates.heads(op.heads) }, at);
}

function lowerPixelAttention(op: OpOf<'pixelAttention'>, at: Placement): readonly OpRecord[] {
  const shape = { pairs: 1, tokens: at.tensors[op.y].rows, width: columnsOf(op.y, at) };
  const heads = at.gates.groups(undefined, wholeAxis(shape.width));
  return attentionRecords(op, { shape, items: 1, heads }, at);
}

function attentionRecords(
  op: { readonly qkv: TensorId; readonly y: TensorId },
  of: { readonly shape: PackedShape; readonly items: number; readonly heads: GateTable },
  at: Placement,
): readonly OpRecord[] {
  const { tokens, width } = of.shape;
  const both = {
    qkv: at.addressOf(op.qkv),
    stride: strideOf(op.qkv, at),
    items: of.items,
    tokens,
    width,
    heads: of.heads.address,
    headsStride: of.heads.stride,
    keys: at.temporary,
    values: at.temporary + keyBytes(of.shape),
  };
  return [
    encodeOp(Opcode.packKeys, PackKeys, { ...both, scale: floatBits(width ** -0.5) }),
    encodeOp(Opcode.attend, Attend, {
      ...both,
      y: at.addressOf(op.y),
      yStride: strideOf(op.y, at),
    }),
  ];
}

function lowerSelectTokens(op: OpOf<'selectTokens'>, at: Placement): readonly OpRecord[] {
  const { weights, bias, weight2, panels, bias2 } = at.weights.router(op.layer);
  const { rows } = at.tensors[op.x];
  const kept = at.addressOf(op.kept) + op.keptRow * strideOf(op.kept, at);
  return [
    encodeOp(Opcode.score, Score, {
      ...{ x: at.addressOf(op.x), rows, width: op.layer.width },
      ...{ weights, bias, weight2, panels, bias2: floatBits(bias2 + op.shift), kept },
    }),
    encodeOp(Opcode.compact, Compact, { kept, count: rows, rows: at.addressOf(op.rows) }),
  ];
}

function lowerPatchEmbed(op: OpOf<'patchEmbed'>, at: Placement): readonly OpRecord[] {
  const { items, images, channels, side, patch } = op;
  return [
    encodeOp(Opcode.patches, Patches, {
      ...{ x: at.addressOf(op.x), y: at.temporary },
      ...{ items, images, channels, side, patch },
    }),
    encodeOp(Opcode.product, Product, {
      ...plainProduct,
      ...linearFields({ layer: op.layer }, at),
      x: at.temporary,
      xStride: axisLength(op.layer.k) * 4,
      y: at.addressOf(op.y),
      yStride: strideOf(op.y, at),
      rows: at.tensors[op.y].rows,
      ending: Ending.table,
      table: at.weights.table(op.positions).values,
      tableRows: op.positions.rows,
      tableStride: op.positions.columns * 4,
    }),
  ];
}

function lowerCondition(op: OpOf<'condition'>, at: Placement): OpRecord {
  return encodeOp(Opcode.condition, Condition, {
    temb: at.addressOf(op.temb),
    tembRows: at.tensors[op.temb].rows,
    label: at.addressOf(op.label),
    y: at.addressOf(op.y),
    yRows: at.tensors[op.y].rows,
    items: op.items,
    width: columnsOf(op.temb, at),
  });
}

function lowerGuidance(op: OpOf<'guidance'>, at: Placement): OpRecord {
  const { images, halves, channels, guided } = op;
  return encodeOp(Opcode.guidance, Guidance, {
    ...{ x: at.addressOf(op.x), y: at.addressOf(op.y), pixels: columnsOf(op.x, at) },
    ...{ images, halves, channels, guided, scale: floatBits(op.scale) },
  });
}

function lowerUpdate(op: OpOf<'update'>, at: Placement): OpRecord {
  const { items, channels, outChannels } = op;
  const [p0, p1, noise, x, flags] = [op.p0, op.p1, op.noise, op.x, op.flags].map((id) =>
    at.addressOf(id),
  );
  return encodeOp(Opcode.update, Update, {
    ...{ p0, p1, noise, x, flags, pixels: columnsOf(op.x, at) },
    ...{ items, channels, outChannels },
  });
}

function lowerEstimate(op: OpOf<'estimate'>, at: Placement): OpRecord {
  const { items, channels, outChannels } = op;
  const [x, p, y] = [op.x, op.p, op.y].map((id) => at.addressOf(id));
  return encodeOp(Opcode.estimate, Estimate, {
    ...{ x, p, y, pixels: columnsOf(op.x, at) },
    ...{ items, channels, outChannels },
  });
}

function lowerLatentToPixels(op: OpOf<'latentToPixels'>, at: Placement): OpRecord {
  return encodeOp(Opcode.latentToPixels, LatentToPixels, {
    ...{ x: at.addressOf(op.x), y: at.addressOf(op.y), channels: columnsOf(op.y, at) },
    ...{ pixels: columnsOf(op.x, at), factor: floatBits(op.factor) },
  });
}

function lowerConv(op: OpOf<'conv'>, at: Placement): OpRecord {
  const { layer } = op;
  const { shape, weights, bias, half } = at.weights.panels(layer);
  const scale = layer.doubles ? 2 : 1;
  return encodeOp(Opcode.convolution, Convolution, {
    ...{ x: at.addressOf(op.x), xStride: strideOf(op.x, at), xFirst: op.xFirst },
    ...{ y: at.addressOf(op.y), yStride: strideOf(op.y, at), yFirst: op.yFirst },
    side: op.side / scale,
    first: op.rows.first / scale,
    rows: op.rows.count / scale,
    ...{ weights, bias, half: half ? 1 : 0 },
    channels: layer.channels,
    size: Math.sqrt(tapsOf(layer)),
    phases: layer.doubles ? phases : 1,
    panels: shape.groups * shape.panels,
    group: shape.group,
    groupPanels: shape.panels,
    adds: op.adds ? 1 : 0,
    zeros: at.zeros,
  });
}

/** Address of row `row` of a picture in a tensor that begins with row `first` of it. */
function pixelRow(id: TensorId, row: number, first: number, side: number, at: Placement): number {
  return at.addressOf(id) + (row - first) * side * strideOf(id, at);
}

function lowerRowMoments(op: OpOf<'rowMoments'>, at: Placement): OpRecord {
  const { side, rows } = op;
  return encodeOp(Opcode.rowMoments, RowMoments, {
    ...{ x: pixelRow(op.x, rows.first, op.xFirst, side, at), side, rows: rows.count },
    channels: columnsOf(op.x, at),
    y: at.addressOf(op.y) + rows.first * strideOf(op.y, at),
  });
}

function lowerGroupStatistics(op: OpOf<'groupStatistics'>, at: Placement): OpRecord {
  const { gamma, beta } = at.weights.norm(op.layer);
  return encodeOp(Opcode.groupStatistics, GroupStatistics, {
    ...{ x: at.addressOf(op.x), side: at.tensors[op.x].rows, channels: op.layer.channels },
    ...{ groups: op.groups, gamma, beta, y: at.addressOf(op.y), eps: floatBits(op.eps) },
  });
}

function lowerGroupNorm(op: OpOf<'groupNorm'>, at: Placement): OpRecord {
  const { side, rows } = op;
  return encodeOp(Opcode.groupNorm, GroupNorm, {
    x: pixelRow(op.x, rows.first, op.xFirst, side, at),
    y: pixelRow(op.y, rows.first, op.yFirst, side, at),
    pixels: rows.count * side,
    channels: columnsOf(op.x, at),
    statistics: at.addressOf(op.statistics),
    silu: op.silu ? 1 : 0,
  });
}
