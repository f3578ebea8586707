import { ActionButton } from '../parts/ActionButton';
import { Progress } from '../parts/Progress';
import { useApp } from '../use-app';
import styles from './MachineSetting.module.css';

/** Has the fastest kernels of the graphics card chosen anew; nothing where the processor computes. */
export function KernelChoice() {
  const kind = useApp((app) => app.machine?.kind);
  const engine = useApp((app) => app.engine);
  const isRunning = useApp((app) => app.run !== null && app.run.cause !== 'live');
  const measuredShapes = useApp((app) => app.measuredShapes);
  const measureAgain = useApp((app) => app.measureAgain);
  if (kind !== 'webgpu') return null;
  return (
    <div className={styles.setting}>
      <ActionButton
        isDisabled={isRunning || (engine.status !== 'ready' && engine.status !== 'measuring')}
        isPending={engine.status === 'measuring'}
        onPress={() => void measureAgain()}
      >
        Measure again
      </ActionButton>
      {engine.status === 'measuring' ? (
        <Progress words="Choosing the fastest kernels" fraction={engine.fraction} />
      ) : (
        <p className={styles.explanation} role="status">
          {explain(measuredShapes)}
        </p>
      )}
    </div>
  );
}

function explain(measuredShapes: number | null): string {
  if (measuredShapes === null) {
    return 'Which kernels are fastest on this card was measured once and is remembered. Measuring again takes two seconds at most; it may help after a new driver.';
  }
  if (measuredShapes === 0) {
    return 'There was nothing to measure: a table chooses the kernels here, or nothing has been drawn yet.';
  }
  const shapes = measuredShapes === 1 ? 'one shape' : `${measuredShapes} shapes`;
  return `Measured for ${shapes} of matrix products; what is fastest is used from the next picture on.`;
}
