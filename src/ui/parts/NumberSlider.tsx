import { Slider } from 'react-aria-components';
import { clamp } from '../../store/limits';
import { NumberBox } from './NumberBox';
import styles from './NumberSlider.module.css';
import { SlidingTrack } from './SlidingTrack';

interface Props {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** Where the slider ends, when the field allows more. */
  sliderMax?: number;
  onChange: (value: number) => void;
  onType: (text: string) => void;
  onDraft?: (text: string) => void;
}

/** A number to drag or to type. */
export function NumberSlider({
  label,
  value,
  min,
  max,
  step = 1,
  sliderMax = max,
  onChange,
  onType,
  onDraft,
}: Props) {
  const end = Math.max(sliderMax, value);
  return (
    <div className={styles.control}>
      <NumberBox
        label={label}
        value={value}
        step={step}
        styles={styles}
        onType={onType}
        {...(onDraft && { onDraft })}
        onStep={(next) => onChange(clamp(next, { min, max }))}
      />
      <Slider
        className={styles.slider}
        aria-label={`${label} slider`}
        value={value}
        minValue={min}
        maxValue={end}
        step={step}
        onChange={(next) => typeof next === 'number' && onChange(next)}
      >
        <SlidingTrack />
      </Slider>
    </div>
  );
}
