import { Label, Meter } from 'react-aria-components';
import type { RunStatistics } from '../../engine/api';
import { formatShare } from '../format';
import styles from './Shares.module.css';

const rows = [
  { key: 'heads', name: 'Attention heads' },
  { key: 'groups', name: 'MLP groups' },
  { key: 'tokens', name: 'Tokens through the MLP' },
] as const;

/** How much of each dynamic thing was used, on average over steps and layers. */
export function Shares({ shares }: { shares: RunStatistics['shares'] }) {
  return (
    <div className={styles.shares}>
      {rows.map(({ key, name }) => (
        <Meter
          key={key}
          className={styles.share}
          value={shares[key] * 100}
          valueLabel={formatShare(shares[key])}
        >
          <Label className={styles.name}>{name}</Label>
          <span className={styles.value} data-testid={`share-${key}`}>
            {formatShare(shares[key])}
          </span>
          <div className={styles.track}>
            <div className={styles.fill} style={{ width: `${shares[key] * 100}%` }} />
          </div>
        </Meter>
      ))}
    </div>
  );
}
