import styles from './Numbers.module.css';

interface Props {
  name: string;
  value: string;
  note?: string;
  testId: string;
}

/** One large number with its name above and a remark below. Goes into a `dl`. */
export function Figure({ name, value, note, testId }: Props) {
  return (
    <div className={styles.figure}>
      <dt className={styles.name}>{name}</dt>
      <dd>
        <span className={styles.value} data-testid={testId}>
          {value}
        </span>
        {note && <span className={styles.remark}>{note}</span>}
      </dd>
    </div>
  );
}
