import { axisLength } from '../../../ops/axis';
import type { AddGatedOp, LinearOp, NormOp, UnpatchifyOp } from '../../../ops/op';
import type { Program } from '../../../ops/program';
import type { Precision } from '../../backend';
import type { Compilation } from '../compilation';
import { fullMultiplyAdds } from '../work';
import type { BoundOp, Dispatch } from '../dispatch';
import type { Bindings, Uniforms } from '../gpu/kernel';
import { inVectors, paddedGroup, paddedLength } from '../layout';
import { submissionMs } from '../pace';
import { columnsBefore, groupsOf } from '../slices';
import type { LinearEnd } from '../shaders';
import type { Step } from '../steps';
import type { LinearShape } from '../variants/linear';
import type { GpuWeights } from '../weights';
import { modulationColumn, modulationOf } from './modulation';
import { normBindings } from './norm';
import { paddedRows } from './padded-rows';

/** Twin of shaders/linear_*.wgsl with shaders/lib/linear_store.wgsl or linear_patches.wgsl. */
export function bindLinear(
  op: LinearOp,
  { norm, unpatchify }: Pick<Step, 'norm' | 'unpatchify'>,
  compilation: Compilation,
): Promise<BoundOp> {
  const end = unpatchify
    ? patchesEnd(unpatchify, compilation)
    : storeEnd(compilation.rows(op.y, op.layer.n));
  return bindProduct(op, { ...end, norm }, compilation);
}

/** Twin of shaders/linear_*.wgsl with shaders/lib/linear_add_gated.wgsl. */
export function bindAddGated(op: AddGatedOp, compilation: Compilation): Promise<BoundOp> {
  const { modulation, stride } = modulationOf([op.gate], compilation);
  const offset = modulationColumn(op.gate, axisLength(op.layer.n), compilation);
  const end: ProductEnd = {
    end: 'AddGated',
    bindings: { y: compilation.rows(op.y, op.layer.n), modulation },
    uniforms: { gate: { tokens: op.tokens, stride, offset } },
  };
  return bindProduct(op, end, compilation);
}

/** Where a product stands. */
export interface ProductContext {
  readonly program: Program;
  readonly weights: Pick<GpuWeights, 'matrix'>;
  readonly precision: Precision;
}

/** What the choice of a kernel for a product hangs on. */
export function linearShape(
  op: LinearOp | AddGatedOp,
  { program, weights, precision }: ProductContext,
  end: LinearEnd = op.kind === 'linear' ? 'Store' : 'AddGated',
): LinearShape {
  return {
    rows: program.tensors[op.kind === 'linear' ? op.x : op.y].rows,
    k: paddedLength(op.layer.k),
    n: paddedLength(op.layer.n),
    storage: weights.matrix(op.layer).storage,
    end,
    normed: false,
    kept: op.rows !== undefined,
    precision,
  };
}

/** What becomes of a product's values, and what its end reads. */
interface ProductEnd {
  readonly end: LinearEnd;
  readonly bindings: Bindings;
  readonly uniforms: Uniforms;
}

function storeEnd(y: GPUBuffer): ProductEnd {
  return { end: 'Store', bindings: { y }, uniforms: {} };
}

function patchesEnd(
  { y, channels, side, patch }: UnpatchifyOp,
  compilation: Compilation,
): ProductEnd {
  return {
    end: 'Patches',
    bindings: { y: compilation.dense(y) },
    uniforms: { patches: { channels, side, patch_size: patch } },
  };
}

async function bindProduct(
  op: LinearOp | AddGatedOp,
  { end, norm, ...ending }: ProductEnd & { readonly norm?: NormOp },
  compilation: Compilation,
): Promise<BoundOp> {
  const { step, widthTable, weights, records, choice, library } = compilation;
  const { slices, scaledRows } = weights.matrix(op.layer);
  const { n, k } = op.layer;
  const nGate = op.kind === 'linear' ? op.n : undefined;
  const shape = { ...linearShape(op, compilation, end), normed: norm !== undefined };
  const variant = choice.linear(shape);
  const activation = op.kind === 'linear' ? op.activation : 'none';
  const kernel = await variant.build(library, { ...shape, activation });
  const x = norm
    ? { buffer: compilation.rows(norm.x, k), before: [] }
    : await paddedRows(op, op.x, k, compilation);
  const normed = norm && normBindings(norm, compilation);
  const tileColumns = kernel.constant('TILE_COLUMNS');
  const rowTiles = Math.ceil(shape.rows / kernel.constant('TILE_ROWS'));
  const parts = rowParts(op, rowTiles, slices.length, compilation);
  const pieces = slices.flatMap((slice) => parts.map((part) => ({ slice, ...part })));
  const dispatches = pieces.map(({ slice, first, count }): Dispatch => {
    const { weight, bias, scales } = slice;
    const rowSource = compilation.rowSource(op, op.rows, shape.rows, first);
    const isGated = nGate !== undefined && n.groups > 1;
    const range = isGated && slices.length > 1 ? groupsOf(slice, n) : undefined;
    const bound = compilation.bind(
      kernel,
      compilation.name(op),
      {
        ...ending.bindings,
        ...rowSource.bindings,
        ...normed?.bindings,
        ...(scales && { scales }),
        step: step.buffer,
        x: x.buffer,
        weight,
        bias,
        width_table: widthTable,
      },
      {
        ...ending.uniforms,
        ...rowSource.uniforms,
        ...normed?.uniforms,
        dims: {
          n_group: inVectors(isGated ? paddedGroup(n) : paddedLength(slice.n)),
          n_record: records.record(nGate, range),
          n_stride: inVectors(paddedLength(slice.n)),
          y_group: inVectors(isGated ? paddedGroup(n) : paddedLength(n)),
          y_first: isGated ? 0 : inVectors(columnsBefore(slice, n)),
          k_group: inVectors(op.k ? paddedGroup(k) : paddedLength(k)),
          k_record: records.record(op.k),
          k_scaled: scaledRows,
        },
      },
    );
    const tiling = { columns: slice.n, gate: nGate, range, rowTiles: count, tileColumns };
    return { kernel: bound, grid: compilation.tileGrid(tiling) };
  });
  return { dispatches: [...x.before, ...dispatches] };
}

/** Tiles of rows, in parts that take no longer than a submission may, each for as many slices. */
function rowParts(
  op: LinearOp | AddGatedOp,
  tiles: number,
  slices: number,
  { program, pace }: Compilation,
): readonly { readonly first: number; readonly count: number }[] {
  const ms = pace.estimateMs(fullMultiplyAdds(op, program)) / slices;
  const parts = Math.max(1, Math.min(tiles, Math.ceil(ms / submissionMs)));
  return Array.from({ length: parts }, (_, part) => {
    const first = Math.floor((part * tiles) / parts);
    return { first, count: Math.floor(((part + 1) * tiles) / parts) - first };
  });
}
