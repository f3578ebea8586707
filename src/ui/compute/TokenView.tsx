import { useState } from 'react';
import { type Cell, keptTokens } from '../../store/compute-record';
import type { GenerateResult } from '../../engine/api';
import { Choice } from '../parts/Choice';
import { PictureCanvas } from '../parts/PictureCanvas';
import styles from './TokenView.module.css';

type Half = 'conditional' | 'unconditional';

const halves = [
  { value: 'conditional', label: 'with the class' },
  { value: 'unconditional', label: 'without' },
] as const;

/** The picture, with the tokens that skipped the MLP of the chosen step and layer in the dark. */
export function TokenView({ result, cell }: { result: GenerateResult; cell: Cell }) {
  const [chosen, setChosen] = useState(0);
  const [half, setHalf] = useState<Half>('conditional');
  const { record } = result.statistics;
  const images = result.request.images;
  const guided = record.items > images;
  const image = Math.min(chosen, images - 1);
  const item = image + (guided && half === 'unconditional' ? images : 0);
  const kept = keptTokens(record, cell, item);
  const count = kept.filter(Boolean).length;
  const picture = result.pictures.at(image);
  return (
    <div className={styles.view}>
      <div className={styles.frame}>
        {picture && <PictureCanvas picture={picture} label="" />}
        <TokenMask kept={kept} />
      </div>
      <p className={styles.reading} data-testid="kept-tokens">
        {count} of {record.tokens} tokens kept
        {count < record.tokens ? '; the dark ones rested' : ''}
      </p>
      {images > 1 && (
        <Choice
          label="Picture"
          options={Array.from({ length: images }, (_, i) => ({
            value: String(i),
            label: String(i + 1),
          }))}
          value={String(image)}
          onChange={(value) => setChosen(Number(value))}
        />
      )}
      {guided && (
        <Choice label="Half of guidance" options={halves} value={half} onChange={setHalf} />
      )}
    </div>
  );
}

/** Tokens are patches in reading order on a square; a model with others shows its picture alone. */
function TokenMask({ kept }: { kept: readonly boolean[] }) {
  const side = Math.sqrt(kept.length);
  if (!Number.isInteger(side)) return null;
  return (
    <svg
      className={styles.mask}
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={`Kept tokens, row by row: ${describeRows(kept, side)}`}
    >
      {kept.map((isKept, n) =>
        isKept ? null : <rect key={n} x={n % side} y={Math.floor(n / side)} width="1" height="1" />,
      )}
    </svg>
  );
}

function describeRows(kept: readonly boolean[], side: number): string {
  return Array.from({ length: side }, (_, row) =>
    String(kept.slice(row * side, (row + 1) * side).filter(Boolean).length),
  ).join(', ');
}
