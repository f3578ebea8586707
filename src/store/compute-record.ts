import type { ComputeRecord } from '../engine/api';
import { isKept } from '../engine/kept-bits';

/** The three things that are dynamic, as the heat map shows them. */
export type Quantity = 'heads' | 'groups' | 'tokens';

/** One cell of the heat map: which network evaluation, which layer. */
export interface Cell {
  readonly evaluation: number;
  readonly layer: number;
}

/** Where the bits of [evaluation][layer][item] start. */
function firstBit(record: ComputeRecord, { evaluation, layer }: Cell, item: number): number {
  return ((evaluation * record.layers + layer) * record.items + item) * record.tokens;
}

/** Which tokens of one item went through the MLP, in reading order. */
export function keptTokens(record: ComputeRecord, cell: Cell, item: number): boolean[] {
  const start = firstBit(record, cell, item);
  return Array.from({ length: record.tokens }, (_, n) => isKept(record.keptTokens, start + n));
}

/** Tokens kept in a cell, over all items. */
function countKept(record: ComputeRecord, cell: Cell): number {
  const start = firstBit(record, cell, 0);
  let kept = 0;
  for (let i = 0; i < record.items * record.tokens; i++) {
    if (isKept(record.keptTokens, start + i)) kept++;
  }
  return kept;
}

/** Share in 0..1 of the heads, groups or tokens that a cell used. */
export function cellShare(record: ComputeRecord, quantity: Quantity, cell: Cell): number {
  const index = cell.evaluation * record.layers + cell.layer;
  switch (quantity) {
    case 'heads':
      return (record.activeHeads[index] ?? 0) / record.heads;
    case 'groups':
      return (record.activeGroups[index] ?? 0) / record.heads;
    case 'tokens':
      return countKept(record, cell) / (record.items * record.tokens);
  }
}

/** All shares of one quantity, row-major over [layer][evaluation]: the heat map as it is drawn. */
export function shareMap(record: ComputeRecord, quantity: Quantity): Float32Array {
  const map = new Float32Array(record.layers * record.evaluations);
  for (let layer = 0; layer < record.layers; layer++) {
    for (let evaluation = 0; evaluation < record.evaluations; evaluation++) {
      map[layer * record.evaluations + evaluation] = cellShare(record, quantity, {
        evaluation,
        layer,
      });
    }
  }
  return map;
}
