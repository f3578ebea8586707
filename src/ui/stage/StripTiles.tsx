import type { ReactNode } from 'react';
import { stripShares } from '../../store/strip-run';
import { formatShare } from '../format';
import styles from './StripTiles.module.css';

/** The places of a strip in a row, each with the share of the second thing and style under it. */
export function StripTiles({ children }: { children: (index: number) => ReactNode }) {
  return (
    <ol className={styles.strip}>
      {stripShares.map((share, index) => (
        <li key={share} className={styles.step}>
          {children(index)}
          <span className={styles.share}>{formatShare(share)}</span>
        </li>
      ))}
    </ol>
  );
}
