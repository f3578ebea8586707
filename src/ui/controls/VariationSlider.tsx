import { useId } from 'react';
import type { ModelInfo } from '../../engine/api';
import { SpanSlider } from '../parts/SpanSlider';
import { useApp } from '../use-app';
import { variationWords } from './variation-words';
import styles from './VariationSlider.module.css';

interface Props {
  value: number;
  /** What the weights know of it. */
  variation: NonNullable<ModelInfo['variation']>;
}

/** How far a seed moves the drawing. */
export function VariationSlider({ value, variation }: Props) {
  const change = useApp((app) => app.change);
  const wordsId = useId();
  return (
    <div>
      <SpanSlider
        label="Variation"
        value={value}
        ends={['Plain', 'Lively']}
        explainedBy={wordsId}
        onChange={(next) => change({ variation: next })}
      />
      <p id={wordsId} className={styles.words}>
        {variationWords(variation)}
      </p>
    </div>
  );
}
