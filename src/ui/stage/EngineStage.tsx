import { ProgressBar } from 'react-aria-components';
import type { LoadProgress } from '../../engine/api';
import { EngineProblem } from '../problems/EngineProblem';
import { NoticeBar } from '../problems/NoticeBar';
import { useApp } from '../use-app';
import styles from './EngineStage.module.css';

const stageNames: Record<LoadProgress['stage'], string> = {
  download: 'Fetching the model',
  read: 'Reading the model',
  upload: 'Preparing the weights',
};

/** What the engine is busy with, or what went wrong; nothing while all is well. */
export function EngineStage() {
  const engine = useApp((app) => app.engine);
  switch (engine.status) {
    case 'starting':
      return <Loading words="Looking at this machine" />;
    case 'loading':
      return engine.progress ? (
        <Loading words={stageNames[engine.progress.stage]} fraction={engine.progress.fraction} />
      ) : (
        <Loading words="Opening the model" />
      );
    case 'failed':
    case 'lost':
      return <EngineProblem engine={engine} />;
    case 'ready':
      return <NoticeBar />;
  }
}

function Loading({ words, fraction }: { words: string; fraction?: number }) {
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
          <div className={styles.track}>
            {fraction === undefined ? (
              <div className={styles.wait} />
            ) : (
              <div className={styles.fill} style={{ width: `${fraction * 100}%` }} />
            )}
          </div>
        </>
      )}
    </ProgressBar>
  );
}
