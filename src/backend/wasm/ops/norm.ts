import { Norm, Opcode } from '../../../../assembly/fields';
import type { OpOf } from '../../../ops/op';
import { chunkAddress, columnsOf, rowListOf, strideOf, type Placement } from '../placement';
import { encodeOp, type OpRecord } from '../record';

/* Records for assembly/norm.ts. */

export function lowerNorm(op: OpOf<'norm'>, at: Placement): OpRecord {
  const width = columnsOf(op.x, at);
  return encodeOp(Opcode.norm, Norm, {
    x: at.addressOf(op.x),
    y: at.addressOf(op.y),
    rows: at.tensors[op.x].rows,
    rowList: rowListOf(op.rows, at),
    width,
    tokens: op.tokens,
    shift: chunkAddress(op.shift, width, at),
    shiftStride: strideOf(op.shift.modulation, at),
    scale: chunkAddress(op.scale, width, at),
    scaleStride: strideOf(op.scale.modulation, at),
  });
}
