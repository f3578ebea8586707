import { CopyButton } from '../parts/CopyButton';
import styles from './FoldedDetail.module.css';

/** What only those want who look into it, or report it. */
export function FoldedDetail({ text }: { text: string }) {
  return (
    <details className={styles.fold}>
      <summary className={styles.summary}>Details</summary>
      <pre className={styles.text} tabIndex={0}>
        {text}
      </pre>
      <CopyButton
        text={() => text}
        words={{ idle: 'Copy details', copied: 'Copied', failed: 'Select and copy them above' }}
      />
    </details>
  );
}
