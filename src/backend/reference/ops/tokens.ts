import type { OpOf } from '../../../ops/op';
import { rowsFrom, type RunContext } from '../context';
import { silu } from '../kernels/activation';
import { patchEmbed } from '../kernels/patch-embed';
import { tokenLogit } from '../kernels/token-router';
import { unpatchify } from '../kernels/unpatchify';
import { matrixOf, rowOf, tokensOf } from '../matrix';

export function runSelectTokens(op: OpOf<'selectTokens'>, { tensors, weights }: RunContext): void {
  const x = tensors[op.x]; // (B*N, D)
  const learned = weights.router(op.layer);
  // Rounded as a bias is that a checkpoint holds.
  const router = { ...learned, bias2: Math.fround(learned.bias2 + op.shift) };
  const kept = Array.from(
    { length: x.rows },
    (_, token) => tokenLogit(rowOf(x, token), router) > 0,
  );
  rowOf(tensors[op.kept], op.keptRow).set(kept.map(Number));
  const list = tokensOf(kept);
  tensors[op.rows].values.set([list.length, ...list]);
}

export function runPatchEmbed(op: OpOf<'patchEmbed'>, { tensors, weights }: RunContext): void {
  const { channels, side, patch } = op;
  const y = tensors[op.y]; // (B*N, D)
  const { weight, bias } = weights.affine(op.layer);
  const positions = weights.table(op.positions); // (N, D)
  for (let item = 0; item < op.items; item++) {
    const image = item % op.images;
    const latent = rowsFrom(tensors[op.x], image * channels, channels); // (C, S, S)
    const shape = { channels, side, patch, width: y.columns };
    const embedded = patchEmbed(latent, weight, bias, positions, shape); // (N, D)
    y.values.set(embedded, item * embedded.length);
  }
}

export function runUnpatchify(op: OpOf<'unpatchify'>, { tensors }: RunContext): void {
  const { items, channels, side, patch } = op;
  const tokens = (side / patch) ** 2;
  for (let item = 0; item < items; item++) {
    const picture = unpatchify(rowsFrom(tensors[op.x], item * tokens, tokens), {
      channels,
      side,
      patch,
    }); // (Cout, S, S)
    tensors[op.y].values.set(picture, item * picture.length);
  }
}

export function runCondition(op: OpOf<'condition'>, { tensors, values }: RunContext): void {
  const temb = tensors[op.temb]; // (T, D)
  const label = tensors[op.label]; // (B, D)
  const y = tensors[op.y]; // (evaluations * B, D)
  const result = matrixOf(y.rows, y.columns, (row, column) => {
    const evaluation = (values.evaluation ?? 0) + Math.floor(row / op.items);
    const time = rowOf(temb, Math.min(evaluation, temb.rows - 1))[column];
    return silu(time + rowOf(label, row % op.items)[column]);
  });
  y.values.set(result.values);
}
