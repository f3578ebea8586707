import {
  Compact,
  Condition,
  Ending,
  Opcode,
  Patches,
  Product,
  Score,
  Unpatchify,
} from '../../../../assembly/fields';
import { axisLength } from '../../../ops/axis';
import type { OpOf } from '../../../ops/op';
import type { Tensor } from '../../../ops/tensor';
import { columnsOf, strideOf, type Placement } from '../placement';
import { encodeOp, floatBits, type OpRecord } from '../record';
import { linearFields, plainProduct } from './linear';

/* Records for assembly/tokens.ts, latent.ts and product.ts. */

export function lowerSelectTokens(op: OpOf<'selectTokens'>, at: Placement): readonly OpRecord[] {
  const { weights, bias, weight2, panels, bias2 } = at.weights.router(op.layer);
  const { rows } = at.tensors[op.x];
  const kept = at.addressOf(op.kept) + op.keptRow * strideOf(op.kept, at);
  return [
    encodeOp(Opcode.score, Score, {
      ...{ x: at.addressOf(op.x), rows, width: op.layer.width },
      ...{ weights, bias, weight2, panels, bias2: floatBits(bias2 + op.shift), kept },
    }),
    encodeOp(Opcode.compact, Compact, { kept, count: rows, rows: at.addressOf(op.rows) }),
  ];
}

/** Temporary bytes of the patches as rows. */
export function patchBytes(op: OpOf<'patchEmbed'>, tensors: readonly Tensor[]): number {
  return tensors[op.y].rows * axisLength(op.layer.k) * 4;
}

export function lowerPatchEmbed(op: OpOf<'patchEmbed'>, at: Placement): readonly OpRecord[] {
  const { items, images, channels, side, patch } = op;
  return [
    encodeOp(Opcode.patches, Patches, {
      ...{ x: at.addressOf(op.x), y: at.temporary },
      ...{ items, images, channels, side, patch },
    }),
    encodeOp(Opcode.product, Product, {
      ...plainProduct,
      ...linearFields({ layer: op.layer }, at),
      x: at.temporary,
      xStride: axisLength(op.layer.k) * 4,
      y: at.addressOf(op.y),
      yStride: strideOf(op.y, at),
      rows: at.tensors[op.y].rows,
      ending: Ending.table,
      table: at.weights.table(op.positions).values,
      tableRows: op.positions.rows,
      tableStride: op.positions.columns * 4,
    }),
  ];
}

export function lowerCondition(op: OpOf<'condition'>, at: Placement): OpRecord {
  return encodeOp(Opcode.condition, Condition, {
    temb: at.addressOf(op.temb),
    tembRows: at.tensors[op.temb].rows,
    label: at.addressOf(op.label),
    y: at.addressOf(op.y),
    yRows: at.tensors[op.y].rows,
    items: op.items,
    width: columnsOf(op.temb, at),
  });
}

export function lowerUnpatchify(op: OpOf<'unpatchify'>, at: Placement): OpRecord {
  return encodeOp(Opcode.unpatchify, Unpatchify, {
    ...{ x: at.addressOf(op.x), y: at.addressOf(op.y), items: op.items },
    ...{ channels: op.channels, side: op.side, patch: op.patch },
  });
}
