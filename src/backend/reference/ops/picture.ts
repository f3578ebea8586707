import type { OpOf } from '../../../ops/op';
import { raiseFlag, type RunContext } from '../context';
import { silu } from '../kernels/activation';
import { conv } from '../kernels/conv';
import { groupStatistics, rowMoments } from '../kernels/group-norm';
import { pictureBytes } from '../kernels/picture';
import { rowOf } from '../matrix';
import { pictureOf, valuesOf } from '../pixels';

export function runConv(op: OpOf<'conv'>, { tensors, weights }: RunContext): void {
  const { layer, side, rows } = op;
  const upsample = layer.doubles ? 2 : 1;
  const y = tensors[op.y]; // (rows of pixels * side, N)
  const { weight, bias } = weights.affine(layer);
  const x = pictureOf(tensors[op.x], op.xFirst, side / upsample); // (pixels of x, C)
  const values = conv(x.values, weight, bias, {
    width: side,
    height: side,
    inChannels: layer.channels,
    outChannels: y.columns,
    size: layer.size,
    upsample,
  }); // (side * side, N)
  const made = valuesOf({ ...y, values }, 0, side, rows);
  const into = valuesOf(y, op.yFirst, side, rows);
  const sums = op.adds ? made.map((value, i) => into[i] + value) : made;
  into.set(op.relu ? sums.map((value) => Math.max(value, 0)) : sums);
}

export function runRowMoments(op: OpOf<'rowMoments'>, { tensors }: RunContext): void {
  const { side, rows } = op;
  const x = tensors[op.x]; // (rows of pixels * side, C)
  for (let row = rows.first; row < rows.first + rows.count; row++) {
    const values = valuesOf(x, op.xFirst, side, { first: row, count: 1 });
    rowOf(tensors[op.y], row).set(rowMoments(values, x.columns));
  }
}

export function runGroupStatistics(
  op: OpOf<'groupStatistics'>,
  { tensors, weights }: RunContext,
): void {
  const { weight: gamma, bias: beta } = weights.affine(op.layer);
  const moments = tensors[op.x]; // (side, 2 x C)
  tensors[op.y].values.set(groupStatistics(moments, { gamma, beta }, op)); // (3, C)
}

export function runGroupNorm(op: OpOf<'groupNorm'>, { tensors }: RunContext): void {
  const [mean, scale, beta] = [0, 1, 2].map((row) => rowOf(tensors[op.statistics], row)); // (C) each
  const x = valuesOf(tensors[op.x], op.xFirst, op.side, op.rows);
  const normed = x.map((value, i) => {
    const c = i % mean.length;
    return (value - mean[c]) * scale[c] + beta[c];
  });
  tensors[op.y].values.set(op.silu ? normed.map(silu) : normed);
}

export function runPicture(op: OpOf<'picture'>, { tensors }: RunContext): void {
  const x = tensors[op.x]; // (pixels, 3)
  tensors[op.y].values.set(pictureBytes(x));
  raiseFlag(tensors[op.flags], x);
}
