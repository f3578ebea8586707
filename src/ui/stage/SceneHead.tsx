import type { ReactNode } from 'react';
import styles from './SceneHead.module.css';

interface Props {
  title: string;
  /** A line below the title. */
  note: ReactNode;
}

/** What the pictures below are. */
export function SceneHead({ title, note }: Props) {
  return (
    <div className={styles.head}>
      <h2 className={styles.title}>{title}</h2>
      <div className={styles.note}>{note}</div>
    </div>
  );
}
