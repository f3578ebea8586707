import { wholeAxis } from '../../../ops/axis';
import type { SelectTokensOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import { fixedGrid, type BoundOp } from '../dispatch';
import { inVectors, paddedLength } from '../layout';

/**
 * Twin of shaders/token_router.wgsl. The list of rows is not made: ops that work on the kept tokens
 * find them from the gates, see shaders/lib/rows_kept.wgsl.
 * @throws DyditError `internal` where the list is wanted outside the program
 */
export async function bindSelectTokens(
  op: SelectTokensOp,
  compilation: Compilation,
): Promise<BoundOp> {
  if (compilation.tensor(op.rows).external !== undefined) {
    throw compilation.misuse('the list of the kept rows stays inside its program');
  }
  const { width, hidden } = op.layer;
  const { rows } = compilation.tensor(op.x);
  const axis = wholeAxis(width);
  const kernel = await compilation.library.plain('tokenRouter');
  const { w1, b1, w2 } = compilation.weights.tokenRouter(op.layer);
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    { x: compilation.rows(op.x, axis), w1, b1, w2, kept: compilation.dense(op.kept) },
    {
      dims: {
        ...{ rows, width: inVectors(paddedLength(axis)), hidden },
        ...{ kept_start: op.keptRow * rows, shift: op.shift },
      },
    },
  );
  const grid = fixedGrid([Math.ceil(rows / kernel.constant('TILE_ROWS')), 1, 1]);
  return { dispatches: [{ kernel: bound, grid }] };
}
