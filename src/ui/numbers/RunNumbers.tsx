import type { RunStatistics } from '../../engine/api';
import type { Outcome } from '../../store/app-state';
import { describeMachine, describeMachines } from '../../store/machines';
import { formatDuration, formatGiga, formatShare, median } from '../format';
import { Figure } from './Figure';
import { Shares } from './Shares';
import styles from './Numbers.module.css';

interface Props {
  statistics: Omit<RunStatistics, 'record'>;
  made: Pick<Outcome, 'machine' | 'begunOn'>;
}

/** What a run cost: time, and work against that of the static model. */
export function RunNumbers({ statistics, made }: Props) {
  const { totalMs, decodeMs, stepMs, deviceStepMs, multiplyAdds, shares } = statistics;
  const { machine, begunOn } = made;
  const share = multiplyAdds.done / multiplyAdds.static;
  return (
    <section className={styles.card} aria-labelledby="numbers">
      <h2 id="numbers" className={styles.title}>
        What it took
      </h2>
      <dl className={styles.figures}>
        <Figure
          name="Total time"
          value={formatDuration(totalMs)}
          note={`${formatDuration(decodeMs)} of it for decoding`}
          testId="total-time"
        />
        <Figure
          name="A step"
          value={formatDuration(median(stepMs))}
          note={
            deviceStepMs && machine.kind === 'webgpu'
              ? `median; ${formatDuration(median(deviceStepMs))} of it on the GPU`
              : 'median over the run'
          }
          testId="step-time"
        />
        <Figure
          name="Work done"
          value={formatShare(share)}
          note={`${formatGiga(multiplyAdds.done)} of ${formatGiga(multiplyAdds.static)} multiply-adds`}
          testId="multiply-adds-share"
        />
      </dl>
      <Shares shares={shares} />
      <p className={styles.note}>
        {begunOn
          ? `Begun by ${describeMachines(begunOn)}, finished by ${describeMachine(machine)}`
          : `Computed by ${describeMachine(machine)}`}
        . Multiply-adds are those of attention and MLP in all blocks, for all pictures and all
        halves of guidance, as the DyDiT paper counts them; the static model would do all of them.
        Embeddings, the routers themselves and the decoder are not counted. Times are by the clock
        on the wall and count everything, live previews too.
      </p>
    </section>
  );
}
