import { Attend, Opcode, PackKeys } from '../../../../assembly/fields';
import { axisLength, wholeAxis } from '../../../ops/axis';
import type { OpOf, TensorId } from '../../../ops/op';
import type { Tensor } from '../../../ops/tensor';
import type { GateTable } from '../gate-tables';
import { strideOf, type Placement } from '../placement';
import { encodeOp, floatBits, type OpRecord } from '../record';

/* Records for assembly/attention.ts. */

/** Sizes of the keys and values of all (item, head) pairs. */
interface PackedShape {
  readonly pairs: number;
  readonly tokens: number;
  /** E */
  readonly width: number;
}

function roundUp8(n: number): number {
  return Math.ceil(n / 8) * 8;
}

function keyBytes({ pairs, tokens, width }: PackedShape): number {
  return pairs * roundUp8(tokens) * width * 4;
}

function packedBytes(shape: PackedShape): number {
  return keyBytes(shape) + shape.pairs * shape.tokens * roundUp8(shape.width) * 4;
}

function attentionShape(op: OpOf<'attention'>, tensors: readonly Tensor[]): PackedShape {
  const { groups, group } = tensors[op.qkv].axis;
  return { pairs: (op.items * groups) / 3, tokens: op.tokens, width: group };
}

function pixelAttentionShape(op: OpOf<'pixelAttention'>, tensors: readonly Tensor[]): PackedShape {
  const { rows, axis } = tensors[op.y];
  return { pairs: 1, tokens: rows, width: axisLength(axis) };
}

/** Temporary bytes of the packed keys and values. */
export function attentionBytes(op: OpOf<'attention'>, tensors: readonly Tensor[]): number {
  return packedBytes(attentionShape(op, tensors));
}

/** The same for attention over pixels. */
export function pixelAttentionBytes(
  op: OpOf<'pixelAttention'>,
  tensors: readonly Tensor[],
): number {
  return packedBytes(pixelAttentionShape(op, tensors));
}

export function lowerAttention(op: OpOf<'attention'>, at: Placement): readonly OpRecord[] {
  const shape = attentionShape(op, at.tensors);
  return attentionRecords(op, { shape, items: op.items, heads: at.gates.heads(op.heads) }, at);
}

export function lowerPixelAttention(
  op: OpOf<'pixelAttention'>,
  at: Placement,
): readonly OpRecord[] {
  const shape = pixelAttentionShape(op, at.tensors);
  const heads = at.gates.groups(undefined, wholeAxis(shape.width));
  return attentionRecords(op, { shape, items: 1, heads }, at);
}

function attentionRecords(
  op: { readonly qkv: TensorId; readonly y: TensorId },
  of: { readonly shape: PackedShape; readonly items: number; readonly heads: GateTable },
  at: Placement,
): readonly OpRecord[] {
  const { tokens, width } = of.shape;
  const both = {
    qkv: at.addressOf(op.qkv),
    stride: strideOf(op.qkv, at),
    items: of.items,
    tokens,
    width,
    heads: of.heads.address,
    headsStride: of.heads.stride,
    keys: at.temporary,
    values: at.temporary + keyBytes(of.shape),
  };
  return [
    encodeOp(Opcode.packKeys, PackKeys, { ...both, scale: floatBits(width ** -0.5) }),
    encodeOp(Opcode.attend, Attend, {
      ...both,
      y: at.addressOf(op.y),
      yStride: strideOf(op.y, at),
    }),
  ];
}
