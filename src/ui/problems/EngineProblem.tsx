import type { EngineState } from '../../store/app-state';
import { useApp } from '../use-app';
import { ProblemCard } from './ProblemCard';
import type { Remedy } from './remedies';

type StoppedEngine = Extract<EngineState, { status: 'failed' | 'lost' }>;

/** The engine stopped: without these buttons nothing can be generated. */
export function EngineProblem({ engine }: { engine: StoppedEngine }) {
  const isOwnModel = useApp((app) => app.source.kind === 'files');
  return <ProblemCard error={engine.error} remedies={remediesFor(engine, isOwnModel)} />;
}

/** A file of the visitor's can always be left behind; a model of ours can only be tried again. */
function remediesFor(engine: StoppedEngine, isOwnModel: boolean): readonly Remedy[] {
  if (engine.status === 'lost') return ['start-again'];
  if (engine.while === 'starting') {
    return engine.error.code === 'internal' ? ['reload'] : ['try-start'];
  }
  return isOwnModel ? ['built-in', 'retry-load'] : ['retry-load'];
}
