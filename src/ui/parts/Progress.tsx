import { ProgressBar } from 'react-aria-components';
import styles from './Progress.module.css';
import { ProgressTrack } from './ProgressTrack';

/** Something under way. @param fraction 0..1; absent where nobody knows how much is left */
export function Progress({ words, fraction }: { words: string; fraction?: number }) {
  return (
    <ProgressBar
      className={styles.loading}
      aria-label={words}
      isIndeterminate={fraction === undefined}
      value={(fraction ?? 0) * 100}
    >
      {({ valueText }) => (
        <>
          <div className={styles.words}>
            <span>{words}</span>
            {fraction !== undefined && <span>{valueText}</span>}
          </div>
          <ProgressTrack fraction={fraction} />
        </>
      )}
    </ProgressBar>
  );
}
