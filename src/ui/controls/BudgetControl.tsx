import { useId } from 'react';
import type { BudgetPoint } from '../../engine/api';
import { budgetAt, shiftFor } from '../../store/budget';
import type { Settings } from '../../store/settings';
import { formatShare } from '../format';
import { SpanSlider } from '../parts/SpanSlider';
import { useApp } from '../use-app';
import { BudgetChart } from './BudgetChart';
import styles from './BudgetControl.module.css';

/** Half a step of the slider: what is as near to as learned is as learned. */
const caughtShare = 0.005;

interface Props {
  /** Ascending shifts. */
  curve: readonly BudgetPoint[];
  settings: Settings;
}

/** How much of the work is done: from the least that the routers were trained for to all of it. */
export function BudgetControl({ curve, settings }: Props) {
  const change = useApp((app) => app.change);
  const reasonId = useId();
  const [first, last] = [curve[0], curve[curve.length - 1]];
  const learned = budgetAt(curve, 0).share;
  const now = budgetAt(curve, settings.budget);
  const isOff = !settings.dynamicWidth && !settings.dynamicTokens;
  const choose = (share: number) =>
    change({ budget: Math.abs(share - learned) < caughtShare ? 0 : shiftFor(curve, share) });
  return (
    <div className={styles.budget}>
      <SpanSlider
        label="Budget"
        value={now.share}
        min={first.share}
        max={last.share}
        ends={[formatShare(first.share), formatShare(last.share)]}
        mark={{ at: learned, name: 'as learned' }}
        words={budgetWords(settings, now.share)}
        explainedBy={isOff ? reasonId : undefined}
        isDisabled={isOff}
        onChange={choose}
      />
      {isOff ? (
        <p id={reasonId} className={styles.reason}>
          Both are off, so all of the work is done.
        </p>
      ) : (
        <BudgetChart curve={curve} now={now} />
      )}
    </div>
  );
}

/** What was measured holds with both switches on. */
function budgetWords({ dynamicWidth, dynamicTokens, budget }: Settings, share: number): string {
  if (!dynamicWidth && !dynamicTokens) return 'all of the work';
  if (dynamicWidth && dynamicTokens) return `about ${formatShare(share)} of the work`;
  if (budget === 0) return 'as learned';
  return `${budget < 0 ? 'less' : 'more'} than as learned`;
}
