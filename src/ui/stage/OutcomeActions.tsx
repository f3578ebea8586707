import type { Outcome } from '../../store/app-state';
import { ActionButton } from '../parts/ActionButton';
import { useApp } from '../use-app';
import { CopyLink } from './CopyLink';
import styles from './OutcomeActions.module.css';

/** What can be done with an outcome as a whole. */
export function OutcomeActions({ outcome }: { outcome: Outcome }) {
  const reuse = useApp((app) => app.reuse);
  return (
    <div className={styles.actions}>
      <ActionButton
        look="quiet"
        icon="again"
        onPress={() => reuse(outcome.settings, outcome.model)}
      >
        Use these settings again
      </ActionButton>
      <CopyLink query={outcome.query} />
    </div>
  );
}
