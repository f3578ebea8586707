import type { CSSProperties, ReactNode } from 'react';
import styles from './PictureGrid.module.css';

interface Props {
  count: number;
  children: ReactNode;
}

/** Columns for a number of pictures, on a wide page and on a phone. */
function columnsFor(count: number): { wide: number; narrow: number } {
  if (count <= 2) return { wide: count, narrow: count };
  if (count <= 4) return { wide: count === 3 ? 3 : 2, narrow: 2 };
  if (count <= 6 || count === 9) return { wide: 3, narrow: 3 };
  return { wide: 4, narrow: 4 };
}

/** The pictures of a run, as large as fit on the screen together. */
export function PictureGrid({ count, children }: Props) {
  const { wide, narrow } = columnsFor(count);
  const layout: CSSProperties & Record<`--${string}`, number> = {
    '--wide': wide,
    '--narrow': narrow,
    '--rows': Math.ceil(count / wide),
  };
  return (
    <div className={styles.grid} style={layout}>
      {children}
    </div>
  );
}
