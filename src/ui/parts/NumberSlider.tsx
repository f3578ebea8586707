import { Input, Label, NumberField, Slider, SliderThumb, SliderTrack } from 'react-aria-components';
import styles from './NumberSlider.module.css';

interface Props {
  label: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  /** Where the slider ends, when the field allows more. */
  sliderMax?: number;
  onChange: (value: number) => void;
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
}: Props) {
  const end = Math.max(sliderMax, value);
  return (
    <div className={styles.control}>
      <NumberField
        className={styles.field}
        value={value}
        minValue={min}
        maxValue={max}
        step={step}
        formatOptions={{ useGrouping: false, maximumFractionDigits: 2 }}
        onChange={(next) => Number.isFinite(next) && onChange(next)}
      >
        <Label className={styles.label}>{label}</Label>
        <Input className={styles.input} />
      </NumberField>
      <Slider
        className={styles.slider}
        aria-label={`${label} slider`}
        value={value}
        minValue={min}
        maxValue={end}
        step={step}
        onChange={(next) => typeof next === 'number' && onChange(next)}
      >
        <SliderTrack className={styles.track}>
          {({ state }) => (
            <>
              <div className={styles.rail} />
              <div
                className={styles.fill}
                style={{ width: `${state.getThumbPercent(0) * 100}%` }}
              />
              <SliderThumb className={styles.thumb} />
            </>
          )}
        </SliderTrack>
      </Slider>
    </div>
  );
}
