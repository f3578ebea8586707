import type { OpOf } from '../../../ops/op';
import { activeColumns, widthOf, type RunContext } from '../context';
import { attention } from '../kernels/attention';

export function runAttention(op: OpOf<'attention'>, context: RunContext): void {
  const { items, tokens } = op;
  const y = context.tensors[op.y]; // (B*N, H*E)
  const heads = widthOf(context).units;
  const headWidth = y.columns / heads;
  const qkv = context.tensors[op.qkv].values; // (B*N, 3*H*E)
  const attended = attention(qkv, { items, tokens, heads, headWidth }, headWidth ** -0.5);
  const active = activeColumns(op.heads, { groups: heads, group: headWidth }, context);
  y.values.set(attended.map((value, i) => (active?.[i % y.columns] === false ? NaN : value)));
}

export function runPixelAttention(op: OpOf<'pixelAttention'>, { tensors }: RunContext): void {
  const y = tensors[op.y]; // (pixels, C)
  const shape = { items: 1, tokens: y.rows, heads: 1, headWidth: y.columns };
  y.values.set(attention(tensors[op.qkv].values, shape, y.columns ** -0.5));
}
