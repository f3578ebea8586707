import { SwitchButton, SwitchField, Text } from 'react-aria-components';
import styles from './Toggle.module.css';

interface Props {
  name: string;
  /** What it does, as a line below; or the id of an element that says so elsewhere. */
  explanation?: string;
  explainedBy?: string;
  /** `stacked` has the name over the rail, for narrow places. */
  look?: 'row' | 'stacked';
  isSelected: boolean;
  isDisabled?: boolean;
  onChange: (isSelected: boolean) => void;
}

/** A switch with what it does. */
export function Toggle({ name, explanation, explainedBy, look = 'row', ...props }: Props) {
  return (
    <SwitchField
      {...props}
      {...(explainedBy === undefined ? {} : { 'aria-describedby': explainedBy })}
      className={styles.toggle}
    >
      <SwitchButton className={`${styles.switch} ${look === 'stacked' ? styles.stacked : ''}`}>
        {name}
        <span className={styles.rail}>
          <span className={styles.knob} />
        </span>
      </SwitchButton>
      {explanation !== undefined && (
        <Text slot="description" className={styles.explanation}>
          {explanation}
        </Text>
      )}
    </SwitchField>
  );
}
