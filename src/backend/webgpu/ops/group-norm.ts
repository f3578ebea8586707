import { axisLength } from '../../../ops/axis';
import type { GroupNormOp, GroupStatisticsOp, RowMomentsOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { inVectors, paddedLength, rowStride } from '../layout';

/** Twin of shaders/row_moments.wgsl. */
export async function bindRowMoments(op: RowMomentsOp, compilation: Compilation): Promise<BoundOp> {
  const { axis } = compilation.tensor(op.x);
  const { side, rows } = op;
  const kernel = await compilation.library.plain('rowMoments');
  const channels = inVectors(paddedLength(axis));
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      x: compilation.rows(op.x, axis),
      y: compilation.rows(op.y, { groups: 2, group: axisLength(axis) }),
    },
    {
      dims: {
        ...{ side, channels, rows: rows.count, y_start: rows.first },
        x_start: (rows.first - op.xFirst) * side,
      },
    },
  );
  return { dispatches: [{ kernel: bound, grid: fixedGrid(kernel.gridFor(channels, rows.count)) }] };
}

/** Twin of shaders/group_statistics.wgsl. */
export async function bindGroupStatistics(
  op: GroupStatisticsOp,
  compilation: Compilation,
): Promise<BoundOp> {
  const { layer, groups, eps } = op;
  const { rows: side, axis } = compilation.tensor(op.x);
  const { gamma, beta } = compilation.weights.norm(layer);
  const kernel = await compilation.library.plain('groupStatistics');
  const stride = rowStride(compilation.tensor(op.y));
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    { x: compilation.rows(op.x, axis), gamma, beta, y: compilation.buffer(op.y) },
    { dims: { side, stride, groups, group_width: layer.channels / groups, eps } },
  );
  return { dispatches: [{ kernel: bound, grid: fixedGrid([groups, 1, 1]) }] };
}

/** Twin of shaders/group_norm.wgsl. */
export async function bindGroupNorm(op: GroupNormOp, compilation: Compilation): Promise<BoundOp> {
  const { axis } = compilation.tensor(op.x);
  const { side, rows } = op;
  const kernel = await compilation.library.plain('groupNorm', { SILU: op.silu ? 1 : 0 });
  const channels = inVectors(paddedLength(axis));
  const pixels = rows.count * side;
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      x: compilation.rows(op.x, axis),
      statistics: compilation.rows(op.statistics, axis),
      y: compilation.rows(op.y, axis),
    },
    {
      dims: { pixels, channels, x_start: (rows.first - op.xFirst) * side },
    },
  );
  const tiles = Math.ceil(pixels / kernel.constant('TILE'));
  return { dispatches: [{ kernel: bound, grid: fixedGrid(kernel.gridFor(channels, tiles)) }] };
}
