import type { ErrorCode } from '../../errors';
import type { App, EngineState } from '../../store/app-state';
import { useApp } from '../use-app';
import { ProblemCard } from './ProblemCard';
import { problemTexts, type Remedy } from './remedies';

type StoppedEngine = Extract<EngineState, { status: 'failed' | 'lost' }>;

/** The engine stopped: without these buttons nothing can be generated. */
export function EngineProblem({ engine }: { engine: StoppedEngine }) {
  const backend = useApp((app) => app.backend);
  const onCard = useApp((app) => app.machine?.kind === 'webgpu');
  const canResume = useApp((app) => app.brokenOff !== null);
  const remedies = remediesFor(engine, { backend, onCard, canResume });
  return <ProblemCard error={engine.error} remedies={remedies} />;
}

interface Circumstances {
  readonly backend: App['backend'];
  /** Whether a graphics card has been at work. */
  readonly onCard: boolean;
  /** Whether a run was under way. */
  readonly canResume: boolean;
}

/** Where another try may fail alike, and a page that is fetched anew may not. */
const brokenPage: readonly ErrorCode[] = ['internal', 'worker-failed'];

/** A file of the visitor's can always be left behind; a model of ours can only be tried again. */
function remediesFor(engine: StoppedEngine, where: Circumstances): readonly Remedy[] {
  const goOn: readonly Remedy[] = where.onCard ? ['go-on'] : [];
  if (engine.status === 'lost') {
    return [...(where.canResume ? (['resume'] as const) : []), ...goOn, 'start-again'];
  }
  if (engine.while === 'starting') {
    if (where.backend === 'webgpu') return ['processor', 'try-start'];
    return ['try-start', ...(brokenPage.includes(engine.error.code) ? (['reload'] as const) : [])];
  }
  const mayGoOn = problemTexts[engine.error.code].remedies.includes('go-on') ? goOn : [];
  const isOwnModel = engine.source.kind !== 'manifest';
  return [...mayGoOn, ...(isOwnModel ? (['built-in'] as const) : []), 'retry-load'];
}
