import type { ReactNode } from 'react';
import type { Outcome } from '../../store/app-state';
import { linkOf } from '../../store/recipe';
import { ActionButton } from '../parts/ActionButton';
import { useApp } from '../use-app';
import { CopyLink } from './CopyLink';
import styles from './OutcomeActions.module.css';

interface Props {
  outcome: Outcome;
  /** What can be done with this kind of outcome alone. */
  children?: ReactNode;
}

/** What can be done with an outcome as a whole. */
export function OutcomeActions({ outcome, children }: Props) {
  const reuse = useApp((app) => app.reuse);
  return (
    <div className={styles.actions}>
      <ActionButton look="quiet" icon="again" onPress={() => reuse(outcome)}>
        Use these settings again
      </ActionButton>
      {children}
      <CopyLink query={linkOf(outcome)} />
    </div>
  );
}
