import { useId } from 'react';
import { Label, Slider } from 'react-aria-components';
import { formatShare } from '../format';
import { SlidingTrack } from './SlidingTrack';
import styles from './SpanSlider.module.css';

interface Props {
  label: string;
  hideLabel?: boolean;
  /** 0..1, said and shown in percent. */
  value: number;
  min?: number;
  max?: number;
  /** The value in other words than percent. */
  words?: string;
  /** Names of the two ends. */
  ends: readonly [string, string];
  /** A place on the way that has a name, such as where a value starts. */
  mark?: { readonly at: number; readonly name: string };
  explainedBy?: string | undefined;
  isDisabled?: boolean;
  onChange: (value: number) => void;
}

const percent = { style: 'percent' } as const;
const onePercent = 0.01;

/** How far from one thing to another. */
export function SpanSlider(props: Props) {
  const { label, hideLabel = false, value, min = 0, max = 1, ends, mark } = props;
  const { words = formatShare(value), explainedBy, isDisabled = false, onChange } = props;
  const wordsId = useId();
  const markAt = mark && (mark.at - min) / (max - min);
  return (
    <Slider
      className={styles.slider}
      {...(hideLabel ? { 'aria-label': label } : {})}
      value={value}
      minValue={min}
      maxValue={max}
      step={onePercent}
      formatOptions={percent}
      isDisabled={isDisabled}
      onChange={(next) => typeof next === 'number' && onChange(next)}
    >
      {!hideLabel && (
        <div className={styles.head}>
          <Label className={styles.label}>{label}</Label>
          <span id={wordsId} className={styles.output}>
            {words}
          </span>
        </div>
      )}
      <SlidingTrack {...(markAt === undefined ? {} : { mark: markAt })} explainedBy={explainedBy} />
      <div className={styles.ends} aria-hidden="true">
        <span>{ends[0]}</span>
        {mark && (
          <span
            className={styles.markName}
            style={{ insetInlineStart: `clamp(5.25rem, ${(markAt ?? 0) * 100}%, 100% - 5.75rem)` }}
          >
            {mark.name}
          </span>
        )}
        <span>{ends[1]}</span>
      </div>
    </Slider>
  );
}
