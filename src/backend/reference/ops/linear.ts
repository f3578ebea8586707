import type { OpOf } from '../../../ops/op';
import { activeColumns, chunkRow, keptTokens, type RunContext } from '../context';
import { addGated, linear } from '../kernels/linear';
import { packRows, unpackRows } from '../matrix';

export function runLinear(op: OpOf<'linear'>, context: RunContext): void {
  const { tensors, weights } = context;
  const kept = keptTokens(op.rows, tensors[op.x].rows, context);
  const x = unpackRows(tensors[op.x], kept); // (rows, K)
  const y = linear(x, weights.affine(op.layer), {
    activation: op.activation,
    nActive: activeColumns(op.n, op.layer.n, context),
    kActive: activeColumns(op.k, op.layer.k, context),
  }); // (rows, N)
  packRows(y, kept, tensors[op.y]);
}

export function runAddGated(op: OpOf<'addGated'>, context: RunContext): void {
  const { tensors, weights } = context;
  const y = tensors[op.y]; // (B*N, D)
  const kept = keptTokens(op.rows, y.rows, context);
  const x = unpackRows(tensors[op.x], kept); // (B*N, K)
  const branch = linear(x, weights.affine(op.layer), {
    activation: 'none',
    kActive: activeColumns(op.k, op.layer.k, context),
  }); // (B*N, D)
  const gate = (token: number, column: number): number =>
    chunkRow(op.gate, Math.floor(token / op.tokens), y.columns, context)[column];
  y.values.set(addGated(y, branch, kept, gate).values);
}
