import type { ComputeRecord } from '../../engine/api';
import { type Cell, cellShare } from '../../store/compute-record';
import { formatShare } from '../format';

/**
 * 'Step 12 of 25 (t = 480), layer 3: 6 of 8 heads, 5 of 8 groups, 70 % of the tokens.'
 * @param images pictures of the run
 */
export function describeCell(record: ComputeRecord, cell: Cell, images: number): string {
  const time = Math.round(record.networkTimes[cell.evaluation] ?? 0);
  const count = (share: number) => `${Math.round(share * record.heads)} of ${record.heads}`;
  return (
    `Step ${cell.evaluation + 1} of ${record.evaluations} (t = ${time}), layer ${cell.layer + 1}: ` +
    `${count(cellShare(record, 'heads', cell))} heads, ` +
    `${count(cellShare(record, 'groups', cell))} groups, ` +
    `${formatShare(cellShare(record, 'tokens', cell))} of the tokens${ofWhat(record.items, images)}.`
  );
}

/** The picture beside it shows those of one. */
function ofWhat(items: number, images: number): string {
  const pictures = images > 1 ? ' of all pictures' : '';
  if (items === images) return pictures;
  return pictures === ''
    ? ' of both halves of guidance'
    : `${pictures}, in both halves of guidance`;
}
