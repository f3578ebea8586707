import type { ComparisonOutcome } from '../../store/app-state';
import { averageDifference } from '../../store/picture-difference';
import { formatDecibels, formatRatio, formatShare, formatTenths } from '../format';
import { describeMachine } from '../../store/machines';
import { comparisonRows } from './comparison-rows';
import { Figure } from './Figure';
import styles from './Numbers.module.css';
import { Shares } from './Shares';

/** How far its times can be trusted. */
function howTimed({ rounds = 1 }: ComparisonOutcome): string {
  return rounds > 1
    ? `Each was run ${rounds} times, in turn; the times are those of the run in the middle.`
    : 'One pair of runs is one measurement: compare again to see how much the times vary.';
}

/** What the two runs cost, side by side, and what was gained. */
export function ComparisonNumbers({ outcome }: { outcome: ComparisonOutcome }) {
  const [before, after] = [outcome.static.statistics, outcome.dynamic.statistics];
  const difference = averageDifference(outcome.differences);
  const share = after.multiplyAdds.done / after.multiplyAdds.static;
  return (
    <section className={styles.card} aria-labelledby="numbers">
      <h2 id="numbers" className={styles.title}>
        Static against dynamic
      </h2>
      <dl className={styles.figures}>
        <Figure
          name="Speed-up"
          value={formatRatio(before.totalMs / after.totalMs)}
          note="static time over dynamic time, all included"
          testId="speed-up"
        />
        <Figure
          name="Work done"
          value={formatShare(share)}
          note="of the static model’s multiply-adds"
          testId="multiply-adds-share"
        />
        <Figure
          name="Pictures differ by"
          value={formatTenths(difference.meanAbsolute)}
          note={`of 255, on average; PSNR ${formatDecibels(difference.psnr)}`}
          testId="mean-difference"
        />
      </dl>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">
                <span hidden>Measure</span>
              </th>
              <th scope="col">Static</th>
              <th scope="col">Dynamic</th>
              <th scope="col">Dynamic / static</th>
            </tr>
          </thead>
          <tbody>
            {comparisonRows(before, after, outcome.machine).map((row) => (
              <tr key={row.name}>
                <th scope="row">{row.name}</th>
                <td data-testid={row.testId && `static-${row.testId}`}>{row.before}</td>
                <td data-testid={row.testId && `dynamic-${row.testId}`}>{row.after}</td>
                <td>{row.share}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Shares shares={after.shares} />
      <p className={styles.note}>
        Computed by {describeMachine(outcome.machine)}. Same seeds, same settings. Both ran once
        before the clock started, so neither pays for warming up; live previews were off. Static
        runs first. Multiply-adds are those of attention and MLP in all blocks, for all pictures and
        all halves of guidance, as the DyDiT paper counts them. {howTimed(outcome)}
      </p>
    </section>
  );
}
