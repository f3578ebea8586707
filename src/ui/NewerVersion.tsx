import { watchedRun } from '../store/app-state';
import styles from './NewerVersion.module.css';
import { ActionButton } from './parts/ActionButton';
import { useApp } from './use-app';

/** Offers a newer version of the page; never while pictures are being made. */
export function NewerVersion() {
  const newer = useApp((app) => app.newerVersion);
  const isRunning = useApp((app) => watchedRun(app) !== null);
  const take = useApp((app) => app.takeNewerVersion);
  if (newer === 'none' || isRunning) return null;
  return (
    <div className={styles.line} role="status">
      <p>
        {newer === 'waits'
          ? 'A newer version of this page is here.'
          : 'Close the other windows of this page first; they use the version before.'}
      </p>
      <ActionButton look="quiet" onPress={() => void take()}>
        Reload
      </ActionButton>
    </div>
  );
}
