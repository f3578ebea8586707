import { type KeyboardEvent, useState } from 'react';
import { Input, Label, TextField } from 'react-aria-components';
import { formatSetting } from '../format';

interface Props {
  label: string;
  value: number;
  /** What an arrow key adds. */
  step: number;
  styles: { readonly field?: string; readonly label?: string; readonly input?: string };
  /** What was typed, as it was typed; it is taken at Enter and when the field is left. */
  onType: (text: string) => void;
  /** What is in the field while somebody types there, and when they let it be. */
  onDraft?: (text: string) => void;
  onStep: (value: number) => void;
}

/**
 * A number to type, with point or comma whatever the browser's language. Not a NumberField, which
 * takes the comma of "2,5" for one between thousands where the language is English.
 */
export function NumberBox({ label, value, step, styles, onType, onDraft, onStep }: Props) {
  /** `null` while nobody types. */
  const [typed, setTyped] = useState<string | null>(null);
  const shown = formatSetting(value);
  const draft = (text: string) => {
    setTyped(text);
    onDraft?.(text);
  };
  const leave = () => {
    setTyped(null);
    if (typed !== null) onDraft?.(shown);
  };
  const take = () => {
    leave();
    if (typed !== null && typed.trim() !== '' && typed !== shown) onType(typed);
  };
  const stepBy = (event: KeyboardEvent, by: number) => {
    event.preventDefault();
    if (typed !== null && typed !== shown) take();
    else onStep(roundTo(value + by, step));
  };
  return (
    <TextField className={styles.field ?? ''} value={typed ?? shown} onChange={draft} onBlur={take}>
      <Label className={styles.label ?? ''}>{label}</Label>
      <Input
        className={styles.input ?? ''}
        inputMode={Number.isInteger(step) ? 'numeric' : 'decimal'}
        autoComplete="off"
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
          if (event.key === 'Escape') leave();
          if (event.key === 'ArrowUp') stepBy(event, step);
          if (event.key === 'ArrowDown') stepBy(event, -step);
        }}
      />
    </TextField>
  );
}

/** Steps of 0.1 add up to 0.30000000000000004 otherwise. */
function roundTo(value: number, step: number): number {
  const perOne = Math.round(1 / step);
  return Math.round(value * perOne) / perOne;
}
