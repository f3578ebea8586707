import { useId } from 'react';
import { SpanSlider } from '../parts/SpanSlider';
import { useApp } from '../use-app';
import styles from './VariationSlider.module.css';

/** How far a seed moves the drawing. */
export function VariationSlider({ variation }: { variation: number }) {
  const change = useApp((app) => app.change);
  const wordsId = useId();
  return (
    <div>
      <SpanSlider
        label="Variation"
        value={variation}
        ends={['Plain', 'Lively']}
        explainedBy={wordsId}
        onChange={(next) => change({ variation: next })}
      />
      <p id={wordsId} className={styles.words}>
        How far each seed turns, moves and tints it.
      </p>
    </div>
  );
}
