import type { LoadProgress } from '../../engine/api';
import type { EngineState } from '../../store/app-state';
import { EngineProblem } from '../problems/EngineProblem';
import { NoticeBar } from '../problems/NoticeBar';
import { BrokenOffBar } from '../problems/BrokenOffBar';
import { ActionButton } from '../parts/ActionButton';
import { Progress } from '../parts/Progress';
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
      return <Progress words="Looking at this machine" />;
    case 'loading':
      return <Loading engine={engine} />;
    case 'measuring':
      return <Progress words="Choosing the fastest kernels" fraction={engine.fraction} />;
    case 'failed':
    case 'lost':
      return <EngineProblem engine={engine} />;
    case 'ready':
      return (
        <>
          <NoticeBar />
          <BrokenOffBar />
        </>
      );
  }
}

/** A model on its way, which can be given up. */
function Loading({ engine }: { engine: Extract<EngineState, { status: 'loading' }> }) {
  const cancel = useApp((app) => app.cancel);
  const { progress, cancelling = false } = engine;
  return (
    <div className={styles.loading}>
      {progress ? (
        <Progress words={stageNames[progress.stage]} fraction={progress.fraction} />
      ) : (
        <Progress words="Opening the model" />
      )}
      <ActionButton isPending={cancelling} onPress={cancel}>
        {cancelling ? 'Cancelling…' : 'Cancel'}
      </ActionButton>
    </div>
  );
}
