import type { CSSProperties, ReactNode } from 'react';
import styles from './ComparisonRow.module.css';

interface Props {
  title: string;
  note: string;
  detail?: string;
  children: readonly ReactNode[];
}

/** More columns than this are too small to see anything. */
const mostColumns = 8;

/**
 * One row of a comparison: its name at the side, its pictures in columns that line up. A row of one
 * picture has its name on top, for then the rows stand side by side.
 */
export function ComparisonRow({ title, note, detail, children }: Props) {
  const layout: CSSProperties & Record<`--${string}`, number> = {
    '--columns': Math.min(mostColumns, children.length),
  };
  return (
    <section
      className={`${styles.row} ${children.length === 1 ? styles.alone : ''}`}
      aria-label={title}
    >
      <header className={styles.head}>
        <h3 className={styles.title}>{title}</h3>
        <p className={styles.note}>{note}</p>
        {detail && <p className={styles.detail}>{detail}</p>}
      </header>
      <div className={styles.pictures} style={layout}>
        {children}
      </div>
    </section>
  );
}
