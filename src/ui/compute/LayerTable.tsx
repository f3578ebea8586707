import { useMemo } from 'react';
import { type Quantity, shareMap } from '../../store/compute-record';
import type { ComputeRecord } from '../../engine/api';
import { formatShare } from '../format';
import numbers from '../numbers/Numbers.module.css';
import styles from './LayerTable.module.css';

const quantities: readonly Quantity[] = ['heads', 'groups', 'tokens'];

/** The heat maps in numbers: each layer's mean over all steps. */
export function LayerTable({ record }: { record: ComputeRecord }) {
  const rows = useMemo(() => layerMeans(record), [record]);
  return (
    <details>
      <summary className={styles.summary}>Show as a table</summary>
      <div className={numbers.scroll}>
        <table className={numbers.table}>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Heads</th>
              <th scope="col">MLP groups</th>
              <th scope="col">Tokens</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((shares, layer) => (
              <tr key={layer}>
                <th scope="row">{layer + 1}</th>
                {shares.map((share, i) => (
                  <td key={i}>{formatShare(share)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** [layer][quantity] */
function layerMeans(record: ComputeRecord): number[][] {
  const maps = quantities.map((quantity) => shareMap(record, quantity));
  const { evaluations } = record;
  return Array.from({ length: record.layers }, (_, layer) =>
    maps.map((map) => {
      const row = map.subarray(layer * evaluations, (layer + 1) * evaluations);
      return row.reduce((sum, share) => sum + share, 0) / evaluations;
    }),
  );
}
