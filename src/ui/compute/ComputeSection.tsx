import { useState } from 'react';
import type { Outcome, StripOutcome } from '../../store/app-state';
import type { Cell, Quantity } from '../../store/compute-record';
import { clamp } from '../../store/limits';
import { parseNumber } from '../../store/numbers';
import { Choice } from '../parts/Choice';
import styles from './ComputeSection.module.css';
import { describeCell } from './describe-cell';
import { HeatMap } from './HeatMap';
import { LayerTable } from './LayerTable';
import { NumberSlider } from '../parts/NumberSlider';
import { TokenView } from './TokenView';

const quantities = [
  { value: 'heads', label: 'Attention heads' },
  { value: 'groups', label: 'MLP groups' },
  { value: 'tokens', label: 'Tokens' },
] as const;

/** Where in time, in depth and in the picture the work was done. Remount it for another outcome. */
export function ComputeSection({ outcome }: { outcome: Exclude<Outcome, StripOutcome> }) {
  const result = outcome.kind === 'pictures' ? outcome.result : outcome.dynamic;
  const { record } = result.statistics;
  const [quantity, setQuantity] = useState<Quantity>('heads');
  const [cell, setCell] = useState<Cell>({
    evaluation: Math.floor(record.evaluations / 2),
    layer: Math.floor(record.layers / 2),
  });
  /** Counted from one, as the page does. */
  const pick = (axis: keyof Cell, count: number) => (text: string) => {
    const place = parseNumber(text);
    if (place === undefined) return;
    setCell({ ...cell, [axis]: clamp(Math.round(place), { min: 1, max: count }) - 1 });
  };
  return (
    <section className={styles.card} aria-labelledby="compute">
      <header className={styles.head}>
        <h2 id="compute" className={styles.title}>
          Where the work went
        </h2>
        <Choice
          label="Show"
          hideLabel
          options={quantities}
          value={quantity}
          onChange={setQuantity}
        />
      </header>
      <div className={styles.columns}>
        <div className={styles.map}>
          <HeatMap record={record} quantity={quantity} cell={cell} onPick={setCell} />
          <div className={styles.pickers}>
            <NumberSlider
              label="Step"
              value={cell.evaluation + 1}
              min={1}
              max={record.evaluations}
              onChange={(step) => setCell({ ...cell, evaluation: step - 1 })}
              onType={pick('evaluation', record.evaluations)}
            />
            <NumberSlider
              label="Layer"
              value={cell.layer + 1}
              min={1}
              max={record.layers}
              onChange={(layer) => setCell({ ...cell, layer: layer - 1 })}
              onType={pick('layer', record.layers)}
            />
          </div>
          <p className={styles.reading} aria-live="polite" data-testid="cell-reading">
            {describeCell(record, cell, result.request.images)}
          </p>
          <LayerTable record={record} />
        </div>
        <TokenView result={result} cell={cell} />
      </div>
    </section>
  );
}
