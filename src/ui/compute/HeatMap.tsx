import { type PointerEvent, useLayoutEffect, useMemo, useRef } from 'react';
import { type Cell, type Quantity, shareMap } from '../../store/compute-record';
import type { ComputeRecord } from '../../engine/api';
import { formatShare } from '../format';
import styles from './HeatMap.module.css';

interface Props {
  record: ComputeRecord;
  quantity: Quantity;
  cell: Cell;
  onPick: (cell: Cell) => void;
}

/** Red, green, blue of `--heat`: the share is the opacity, so that it suits light and dark. */
const heat = [232, 98, 12] as const;

/** Layers from top to bottom, steps from left to right; the deeper the colour, the wider. */
export function HeatMap({ record, quantity, cell, onPick }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shares = useMemo(() => shareMap(record, quantity), [record, quantity]);
  const { evaluations, layers } = record;
  useLayoutEffect(() => {
    const image = new ImageData(evaluations, layers);
    shares.forEach((share, i) => image.data.set([...heat, Math.round(share * 255)], i * 4));
    canvas.current?.getContext('2d')?.putImageData(image, 0, 0);
  }, [shares, evaluations, layers]);
  const pick = (event: PointerEvent<HTMLCanvasElement>) => {
    if (event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const at = (offset: number, size: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor((offset / size) * count)));
    onPick({
      evaluation: at(event.clientX - box.left, box.width, evaluations),
      layer: at(event.clientY - box.top, box.height, layers),
    });
  };
  return (
    <figure className={styles.figure}>
      <div className={styles.axis}>
        <span>layer 1</span>
        <span>layer {layers}</span>
      </div>
      <div className={styles.frame}>
        <canvas
          ref={canvas}
          className={styles.canvas}
          width={evaluations}
          height={layers}
          style={{ height: Math.min(24 * layers, 420) }}
          role="img"
          aria-label={summarise(shares, quantity)}
          onPointerDown={pick}
          onPointerMove={pick}
        />
        <div
          className={styles.cursor}
          style={{
            left: `${(cell.evaluation / evaluations) * 100}%`,
            top: `${(cell.layer / layers) * 100}%`,
            width: `${100 / evaluations}%`,
            height: `${100 / layers}%`,
          }}
        />
      </div>
      <figcaption className={styles.caption}>
        <span>from noise</span>
        <span className={styles.legend}>
          none <span className={styles.ramp} /> all
        </span>
        <span>to picture</span>
      </figcaption>
    </figure>
  );
}

function summarise(shares: Float32Array, quantity: Quantity): string {
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return (
    `Heat map of ${quantity} over steps and layers: ${formatShare(mean)} used on average, ` +
    `${formatShare(Math.min(...shares))} at least, ${formatShare(Math.max(...shares))} at most. ` +
    'Read single values with the sliders below, or the table.'
  );
}
