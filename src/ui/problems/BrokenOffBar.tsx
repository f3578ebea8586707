import { ActionButton } from '../parts/ActionButton';
import { IconButton } from '../parts/IconButton';
import { useApp } from '../use-app';
import { brokenOffWords } from './broken-off-words';
import styles from './NoticeBar.module.css';

/** A run that broke off, such as by a reload: it goes on where it was, or is let be. */
export function BrokenOffBar() {
  const brokenOff = useApp((app) => app.brokenOff);
  const isFree = useApp((app) => app.run === null && app.notice?.kind !== 'error');
  const goOn = useApp((app) => app.goOn);
  const forget = useApp((app) => app.forgetBrokenOff);
  if (!brokenOff || !isFree) return null;
  return (
    <div className={styles.info} role="status">
      <div className={styles.offers}>
        <p>{brokenOffWords(brokenOff)}</p>
        <ActionButton look="primary" onPress={() => void goOn()}>
          Go on
        </ActionButton>
      </div>
      <IconButton label="Let it be" icon="close" onPress={forget} />
    </div>
  );
}
