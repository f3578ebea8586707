import type { ReactNode } from 'react';
import type { LoadProgress } from '../../engine/api';
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
      return (
        <Cancellable isCancelling={engine.cancelling}>
          <Progress words="Looking at this machine" />
        </Cancellable>
      );
    case 'loading':
      return (
        <Cancellable isCancelling={engine.cancelling}>
          <Loading progress={engine.progress} />
        </Cancellable>
      );
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

/** A model on its way. */
function Loading({ progress }: { progress: LoadProgress | null }) {
  if (!progress) return <Progress words="Opening the model" />;
  return <Progress words={stageNames[progress.stage]} fraction={progress.fraction} />;
}

interface CancellableProps {
  isCancelling: boolean | undefined;
  children: ReactNode;
}

/** What takes a while and can be given up. */
function Cancellable({ isCancelling = false, children }: CancellableProps) {
  const cancel = useApp((app) => app.cancel);
  return (
    <div className={styles.loading}>
      {children}
      <ActionButton isPending={isCancelling} onPress={cancel}>
        {isCancelling ? 'Cancelling…' : 'Cancel'}
      </ActionButton>
    </div>
  );
}
