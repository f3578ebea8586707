import type { LoadProgress } from '../../engine/api';
import { EngineProblem } from '../problems/EngineProblem';
import { NoticeBar } from '../problems/NoticeBar';
import { Progress } from '../parts/Progress';
import { useApp } from '../use-app';

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
      return engine.progress ? (
        <Progress words={stageNames[engine.progress.stage]} fraction={engine.progress.fraction} />
      ) : (
        <Progress words="Opening the model" />
      );
    case 'failed':
    case 'lost':
      return <EngineProblem engine={engine} />;
    case 'ready':
      return <NoticeBar />;
  }
}
