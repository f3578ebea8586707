import styles from './ProgressTrack.module.css';

/** How far something is. @param fraction 0..1; absent where nobody knows, and something wanders */
export function ProgressTrack({ fraction }: { fraction?: number | undefined }) {
  return (
    <div className={styles.track}>
      {fraction === undefined ? (
        <div className={styles.wait} />
      ) : (
        <div className={styles.fill} style={{ width: `${fraction * 100}%` }} />
      )}
    </div>
  );
}
