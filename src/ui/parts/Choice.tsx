import { Label, RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import styles from './Choice.module.css';

interface Option<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly isDisabled?: boolean;
}

interface Props<Value extends string> {
  label: string;
  hideLabel?: boolean;
  options: readonly Option<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  isDisabled?: boolean;
}

/** One of a few, all in view. */
export function Choice<Value extends string>(props: Props<Value>) {
  const { label, hideLabel = false, options, value, onChange, isDisabled = false } = props;
  return (
    <RadioGroup
      className={styles.group}
      value={value}
      isDisabled={isDisabled}
      orientation="horizontal"
      {...(hideLabel ? { 'aria-label': label } : {})}
      onChange={(chosen) => {
        const option = options.find((candidate) => candidate.value === chosen);
        if (option) onChange(option.value);
      }}
    >
      {!hideLabel && <Label className={styles.label}>{label}</Label>}
      <div className={styles.options}>
        {options.map((option) => (
          <RadioField
            key={option.value}
            value={option.value}
            isDisabled={option.isDisabled ?? false}
          >
            <RadioButton className={styles.option}>{option.label}</RadioButton>
          </RadioField>
        ))}
      </div>
    </RadioGroup>
  );
}
