import { IconButton } from '../parts/IconButton';
import { useApp } from '../use-app';
import styles from './NoticeBar.module.css';
import { ProblemCard } from './ProblemCard';
import { problemTexts } from './remedies';

/** What the last action had to say, until it is dismissed. */
export function NoticeBar() {
  const notice = useApp((app) => app.notice);
  const images = useApp((app) => app.settings?.images ?? 1);
  const onCard = useApp((app) => app.machine?.kind === 'webgpu');
  const dismiss = useApp((app) => app.dismissNotice);
  if (!notice) return null;
  if (notice.kind === 'error') {
    const remedies = problemTexts[notice.error.code].remedies.filter(
      (remedy) => (remedy !== 'fewer' || images > 1) && (remedy !== 'go-on' || onCard),
    );
    return <ProblemCard error={notice.error} remedies={remedies} onDismiss={dismiss} />;
  }
  return (
    <div className={styles.info} role="status">
      <p>{notice.text}</p>
      <IconButton label="Dismiss" icon="close" onPress={dismiss} />
    </div>
  );
}
