import { watchedRun } from '../../store/app-state';
import { OpeningCard } from '../models/OpeningCard';
import { useApp } from '../use-app';
import { ComparisonView } from './ComparisonView';
import { EmptyStage } from './EmptyStage';
import { EngineStage } from './EngineStage';
import { Gallery } from './Gallery';
import { History } from './History';
import { PicturesView } from './PicturesView';
import { RunView } from './RunView';
import { StripView } from './StripView';
import styles from './Stage.module.css';
import { useShownOutcome } from './use-shown-outcome';

/** Where the pictures are: being made, made, or about to be. */
export function Stage() {
  return (
    <section className={styles.stage} aria-label="Pictures">
      <EngineStage />
      <OpeningCard />
      <Scene />
      <Gallery />
      <History />
    </section>
  );
}

function Scene() {
  const run = useApp(watchedRun);
  const outcome = useShownOutcome();
  if (run) return <RunView run={run} />;
  if (outcome?.kind === 'pictures') return <PicturesView outcome={outcome} />;
  if (outcome?.kind === 'strip') return <StripView outcome={outcome} />;
  if (outcome?.kind === 'comparison') return <ComparisonView outcome={outcome} />;
  return <EmptyStage />;
}
