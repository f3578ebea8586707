import { Toggle } from '../parts/Toggle';
import { useApp } from '../use-app';
import styles from './MachineSetting.module.css';

/** Whether the card may round more; nothing where the machine computes exactly and no other way. */
export function PrecisionChoice() {
  const precision = useApp((app) => app.precision);
  const hasFast = useApp((app) => app.machine?.precisions.includes('fast') ?? false);
  const choosePrecision = useApp((app) => app.choosePrecision);
  if (!hasFast) return null;
  return (
    <div className={styles.setting}>
      <Toggle
        name="Fast arithmetic"
        explanation="Large products in half precision: quicker on most cards, and the picture of a seed may differ in shades. This browser remembers it."
        isSelected={precision === 'fast'}
        onChange={(isFast) => void choosePrecision(isFast ? 'fast' : 'exact')}
      />
    </div>
  );
}
