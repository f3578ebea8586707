import { wholeAxis } from '../../../ops/axis';
import type { SelectTokensOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { inVectors, paddedLength } from '../layout';

/** Twin of shaders/token_router.wgsl and shaders/compact_tokens.wgsl. */
export async function bindSelectTokens(
  op: SelectTokensOp,
  compilation: Compilation,
): Promise<BoundOp> {
  const { library, rowGrids, step, widthTable } = compilation;
  const { width, hidden } = op.layer;
  const { rows } = compilation.tensor(op.x);
  const axis = wholeAxis(width);
  const kept = compilation.dense(op.kept);
  const keptStart = op.keptRow * rows;
  const router = await library.plain('tokenRouter');
  const decide = compilation.bind(
    router,
    compilation.name(op),
    {
      x: compilation.rows(op.x, axis),
      ...routerBindings(op, compilation),
      kept,
    },
    {
      dims: {
        ...{ rows, width: inVectors(paddedLength(axis)), hidden },
        ...{ kept_start: keptStart, shift: op.shift },
      },
    },
  );
  const { first, count } = rowGrids.rangeOf(op);
  const compact = compilation.bind(
    await library.plain('compactTokens'),
    compilation.name(op, 'compact'),
    {
      step: step.buffer,
      width_table: widthTable,
      kept,
      row_grids: rowGrids.rowGrids,
      rows: compilation.dense(op.rows),
      grids: rowGrids.grids,
    },
    { dims: { tokens: rows, kept_start: keptStart, first_grid: first, grids: count } },
  );
  return {
    dispatches: [
      {
        kernel: decide,
        grid: fixedGrid([Math.ceil(rows / router.constant('TILE_ROWS')), 1, 1]),
      },
      { kernel: compact, grid: fixedGrid([1, 1, 1]) },
    ],
  };
}

function routerBindings(op: SelectTokensOp, { weights }: Compilation) {
  const { w1, b1, w2 } = weights.tokenRouter(op.layer);
  return { w1, b1, w2 };
}
