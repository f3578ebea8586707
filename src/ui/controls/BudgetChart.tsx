import type { BudgetPoint } from '../../engine/api';
import { formatNumber, formatShare } from '../format';
import styles from './BudgetChart.module.css';

/** A measure of the pictures, over the share of the work. */
interface Measure {
  readonly name: string;
  readonly of: (point: BudgetPoint) => number;
  readonly format: (value: number) => string;
}

const measures: readonly Measure[] = [
  { name: 'Recognised', of: ({ top1 }) => top1, format: formatShare },
  { name: 'Distance to real ones', of: ({ frechet }) => frechet, format: formatNumber },
];

/** Pixels of a curve's height, and what is left free above and below it. */
const height = 44;
const margin = 8;

interface Props {
  curve: readonly BudgetPoint[];
  now: BudgetPoint;
}

/**
 * What was measured of the pictures at each share of the work, with both toggles on. It lies under
 * the budget's slider and shares its axis: the marked place is under the thumb.
 */
export function BudgetChart({ curve, now }: Props) {
  return (
    <figure className={styles.chart}>
      {measures.map((measure) => (
        <Curve key={measure.name} measure={measure} curve={curve} now={now} />
      ))}
      <figcaption className={styles.caption}>
        Measured on many pictures, both switches on. The distance (Fréchet) is better the smaller.
      </figcaption>
    </figure>
  );
}

function Curve({ measure, curve, now }: Props & { measure: Measure }) {
  const { name, of, format } = measure;
  const points = curve.toSorted((a, b) => a.share - b.share);
  const [left, right] = [points[0].share, points[points.length - 1].share];
  const values = points.map(of);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = ({ share }: BudgetPoint) => `${((share - left) / (right - left || 1)) * 100}%`;
  const y = (point: BudgetPoint) =>
    height - margin - ((of(point) - low) / (high - low || 1)) * (height - 2 * margin);
  const all = points.map((point) => `${format(of(point))} at ${formatShare(point.share)}`);
  return (
    <div className={styles.measure}>
      <div className={styles.head}>
        <span>{name}</span>
        <span className={styles.value}>{format(of(now))}</span>
      </div>
      <svg
        className={styles.curve}
        width="100%"
        height={height}
        role="img"
        aria-label={`${name} over the share of the work: ${all.join(', ')}.`}
      >
        {points.slice(1).map((point, i) => (
          <line
            key={point.shift}
            className={styles.line}
            x1={x(points[i])}
            y1={y(points[i])}
            x2={x(point)}
            y2={y(point)}
          />
        ))}
        {points.map((point) => (
          <circle key={point.shift} className={styles.point} cx={x(point)} cy={y(point)} r={2.5} />
        ))}
        <circle className={styles.now} cx={x(now)} cy={y(now)} r={5.5} />
      </svg>
    </div>
  );
}
