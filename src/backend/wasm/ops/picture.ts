import {
  Convolution,
  GroupNorm,
  GroupStatistics,
  Opcode,
  Picture,
  RowMoments,
} from '../../../../assembly/fields';
import { tapsOf } from '../../../ops/layer';
import type { OpOf, PixelsOp, TensorId } from '../../../ops/op';
import { phases } from '../../phase-kernels';
import { columnsOf, strideOf, type Placement } from '../placement';
import { encodeOp, floatBits, type OpRecord } from '../record';

/* Records for assembly/convolution.ts, group-norm.ts and latent.ts. */

export function lowerConv(op: OpOf<'conv'>, at: Placement): OpRecord {
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
    relu: op.relu ? 1 : 0,
    zeros: at.zeros,
  });
}

/** Address of the first row that an op makes, in a tensor that begins with row `first` of the picture. */
function pixelRow(
  id: TensorId,
  first: number,
  { side, rows }: Pick<PixelsOp, 'side' | 'rows'>,
  at: Placement,
): number {
  return at.addressOf(id) + (rows.first - first) * side * strideOf(id, at);
}

export function lowerRowMoments(op: OpOf<'rowMoments'>, at: Placement): OpRecord {
  const { side, rows } = op;
  return encodeOp(Opcode.rowMoments, RowMoments, {
    ...{ x: pixelRow(op.x, op.xFirst, op, at), side, rows: rows.count },
    channels: columnsOf(op.x, at),
    y: at.addressOf(op.y) + rows.first * strideOf(op.y, at),
  });
}

export function lowerGroupStatistics(op: OpOf<'groupStatistics'>, at: Placement): OpRecord {
  const { gamma, beta } = at.weights.norm(op.layer);
  return encodeOp(Opcode.groupStatistics, GroupStatistics, {
    ...{ x: at.addressOf(op.x), side: at.tensors[op.x].rows, channels: op.layer.channels },
    ...{ groups: op.groups, gamma, beta, y: at.addressOf(op.y), eps: floatBits(op.eps) },
  });
}

export function lowerGroupNorm(op: OpOf<'groupNorm'>, at: Placement): OpRecord {
  const { side, rows } = op;
  return encodeOp(Opcode.groupNorm, GroupNorm, {
    x: pixelRow(op.x, op.xFirst, op, at),
    y: at.addressOf(op.y),
    pixels: rows.count * side,
    channels: columnsOf(op.x, at),
    statistics: at.addressOf(op.statistics),
    silu: op.silu ? 1 : 0,
  });
}

export function lowerPicture(op: OpOf<'picture'>, at: Placement): OpRecord {
  return encodeOp(Opcode.picture, Picture, {
    ...{ x: at.addressOf(op.x), y: at.addressOf(op.y), flags: at.addressOf(op.flags) },
    pixels: at.tensors[op.x].rows,
  });
}
