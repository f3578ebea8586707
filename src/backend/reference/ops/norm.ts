import type { OpOf } from '../../../ops/op';
import { chunkRow, keptTokens, type RunContext } from '../context';
import { layerNormModulate } from '../kernels/layer-norm-modulate';
import { packRows, rowOf } from '../matrix';

export function runNorm(op: OpOf<'norm'>, context: RunContext): void {
  const { tensors } = context;
  const x = tensors[op.x]; // (B*N, D)
  const kept = keptTokens(op.rows, x.rows, context);
  const values = new Float64Array(x.values.length);
  for (let token = 0; token < x.rows; token++) {
    const item = Math.floor(token / op.tokens);
    const shift = chunkRow(op.shift, item, x.columns, context); // (D)
    const scale = chunkRow(op.scale, item, x.columns, context); // (D)
    values.set(layerNormModulate(rowOf(x, token), shift, scale), token * x.columns);
  }
  packRows({ ...x, values }, kept, tensors[op.y]);
}
