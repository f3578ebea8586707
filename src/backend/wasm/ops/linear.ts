import { Activation, Ending, Opcode, Product } from '../../../../assembly/fields';
import type { LinearLayer } from '../../../ops/layer';
import type { OpOf } from '../../../ops/op';
import type { Gate } from '../../../ops/width';
import { mostRuns } from '../gate-tables';
import { chunkAddress, columnsOf, rowListOf, strideOf, type Placement } from '../placement';
import { encodeOp, type OpRecord } from '../record';

/* Records for assembly/product.ts. */

/** The fields of a product that only some have. */
export const plainProduct = {
  rowList: 0,
  activation: Activation.none,
  ending: Ending.store,
  gate: 0,
  modulationStride: 0,
  tokens: 1,
  table: 0,
  tableRows: 1,
  tableStride: 0,
};

/** The fields of a product that tell of weights and of the columns that gates leave active. */
export function linearFields(
  op: { readonly layer: LinearLayer; readonly n?: Gate; readonly k?: Gate },
  { weights, gates }: Placement,
) {
  const { n, k } = op.layer;
  const { shape, half, weights: panels, bias } = weights.panels(op.layer);
  const kTable = gates.runs(op.k, k);
  const nTable = gates.groups(op.n, n);
  return {
    ...{ weights: panels, bias, half: half ? 1 : 0 },
    ...{ k: shape.k, kGroup: k.group, kRuns: mostRuns(k.groups) },
    ...{ kTable: kTable.address, kTableStride: kTable.stride },
    ...{ nGroup: n.group, nPanels: shape.panels },
    ...{ nTable: nTable.address, nTableStride: nTable.stride },
  };
}

/** The fields of a product that tell of the tensors it reads and writes. */
function rowFields(op: OpOf<'linear' | 'addGated'>, at: Placement) {
  return {
    ...{ x: at.addressOf(op.x), xStride: strideOf(op.x, at) },
    ...{ y: at.addressOf(op.y), yStride: strideOf(op.y, at) },
    ...{ rows: at.tensors[op.x].rows, rowList: rowListOf(op.rows, at) },
  };
}

export function lowerLinear(op: OpOf<'linear'>, at: Placement): OpRecord {
  return encodeOp(Opcode.product, Product, {
    ...plainProduct,
    ...linearFields(op, at),
    ...rowFields(op, at),
    activation: Activation[op.activation],
  });
}

export function lowerAddGated(op: OpOf<'addGated'>, at: Placement): OpRecord {
  return encodeOp(Opcode.product, Product, {
    ...plainProduct,
    ...linearFields(op, at),
    ...rowFields(op, at),
    ending: Ending.gated,
    gate: chunkAddress(op.gate, columnsOf(op.y, at), at),
    modulationStride: strideOf(op.gate.modulation, at),
    tokens: op.tokens,
  });
}
