import { ActionButton } from '../parts/ActionButton';
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
  const canResume = useApp((app) => app.brokenOff !== null);
  const change = useApp((app) => app.change);
  const dismiss = useApp((app) => app.dismissNotice);
  if (!notice) return null;
  if (notice.kind === 'error') {
    const remedies = problemTexts[notice.error.code].remedies.filter(
      (remedy) =>
        (remedy !== 'fewer' || images > 1) &&
        (remedy !== 'go-on' || onCard) &&
        (remedy !== 'resume' || canResume),
    );
    return <ProblemCard error={notice.error} remedies={remedies} onDismiss={dismiss} />;
  }
  const { offers = [] } = notice;
  return (
    <div className={styles.info} role="status">
      <div className={styles.words}>
        <p>{notice.text}</p>
        {offers.length > 0 && (
          <div className={styles.offers}>
            <span>Did you mean</span>
            {offers.map(({ label, patch }) => (
              <ActionButton key={label} onPress={() => change(patch)}>
                {label}
              </ActionButton>
            ))}
          </div>
        )}
      </div>
      <IconButton label="Dismiss" icon="close" onPress={dismiss} />
    </div>
  );
}
