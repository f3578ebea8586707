import { axisLength } from '../../../ops/axis';
import type { AddGatedOp, LinearOp } from '../../../ops/op';
import type { Compilation } from '../compilation';
import type { BoundOp } from '../dispatch';
import type { Bindings, Kernel, Uniforms } from '../gpu/kernel';
import { inVectors, paddedGroup, paddedLength } from '../layout';
import { modulationColumn, modulationOf } from './modulation';
import { paddedRows } from './padded-rows';

/** Twin of shaders/linear_*.wgsl with shaders/lib/linear_store.wgsl. */
export async function bindLinear(op: LinearOp, compilation: Compilation): Promise<BoundOp> {
  const { library, weights } = compilation;
  const { storage } = weights.matrix(op.layer);
  const activation = library.activation(op.activation);
  const kernel = await library.linear('Store', storage, { ACTIVATION: activation });
  const y = compilation.rows(op.y, op.layer.n);
  return bindProduct(op, compilation, { kernel, bindings: { y }, uniforms: {} });
}

/** Twin of shaders/linear_*.wgsl with shaders/lib/linear_add_gated.wgsl. */
export async function bindAddGated(op: AddGatedOp, compilation: Compilation): Promise<BoundOp> {
  const { library, weights } = compilation;
  const { storage } = weights.matrix(op.layer);
  const kernel = await library.linear('AddGated', storage);
  const y = compilation.rows(op.y, op.layer.n);
  const { modulation, stride } = modulationOf([op.gate], compilation);
  const offset = modulationColumn(op.gate, axisLength(op.layer.n), compilation);
  return bindProduct(op, compilation, {
    kernel,
    bindings: { y, modulation },
    uniforms: { gate: { tokens: op.tokens, stride, offset } },
  });
}

/** What a matrix product's end adds to its operands. */
interface ProductEnd {
  readonly kernel: Kernel;
  readonly bindings: Bindings;
  readonly uniforms: Uniforms;
}

async function bindProduct(
  op: LinearOp | AddGatedOp,
  compilation: Compilation,
  { kernel, bindings, uniforms }: ProductEnd,
): Promise<BoundOp> {
  const { step, widthTable, weights, records } = compilation;
  const { weight, bias } = weights.matrix(op.layer);
  const { n, k } = op.layer;
  const nGate = op.kind === 'linear' ? op.n : undefined;
  const rows = op.kind === 'linear' ? compilation.tensor(op.x).rows : compilation.tensor(op.y).rows;
  const x = await paddedRows(op, op.x, k, compilation);
  const bound = compilation.bind(
    kernel,
    compilation.name(op),
    {
      ...bindings,
      step: step.buffer,
      x: x.buffer,
      weight,
      bias,
      width_table: widthTable,
      rows: compilation.rowList(op.rows, rows),
    },
    {
      ...uniforms,
      dims: {
        n_group: inVectors(nGate ? paddedGroup(n) : paddedLength(n)),
        n_record: records.record(nGate),
        n_stride: inVectors(paddedLength(n)),
        k_group: inVectors(op.k ? paddedGroup(k) : paddedLength(k)),
        k_record: records.record(op.k),
      },
    },
  );
  const grid = compilation.tileGrid(op, {
    columns: n,
    gate: nGate,
    rows,
    tileColumns: kernel.constant('TILE_COLUMNS'),
    tileRows: kernel.constant('TILE_ROWS'),
  });
  return { dispatches: [...x.before, { kernel: bound, grid }] };
}
