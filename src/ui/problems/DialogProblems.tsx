import { useState } from 'react';
import { useApp } from '../use-app';
import styles from './DialogProblems.module.css';
import { EngineProblem } from './EngineProblem';
import { NoticeBar } from './NoticeBar';

/**
 * What the page has had to say since a dialog was opened, inside of it: the page's own line is covered,
 * and out of reach of screen readers, for as long.
 */
export function DialogProblems() {
  const notice = useApp((app) => app.notice);
  const engine = useApp((app) => app.engine);
  const [before] = useState({ notice, engine });
  const hasStopped = engine.status === 'failed' || engine.status === 'lost';
  const stopped = hasStopped && engine !== before.engine ? engine : null;
  if (!stopped && (notice === null || notice === before.notice)) return null;
  return (
    <div className={styles.problems}>
      {stopped ? <EngineProblem engine={stopped} /> : <NoticeBar />}
    </div>
  );
}
