import { SliderThumb, SliderTrack } from 'react-aria-components';
import styles from './SlidingTrack.module.css';

interface Props {
  /** A place that stands out, as a share of the way. */
  mark?: number;
  /** Ids of the elements that say more about it. */
  explainedBy?: string | undefined;
}

/** The rail of a slider, filled up to its thumb. */
export function SlidingTrack({ mark, explainedBy }: Props) {
  return (
    <SliderTrack className={styles.track}>
      {({ state }) => (
        <>
          <div className={styles.rail} />
          {mark !== undefined && (
            <div className={styles.mark} style={{ insetInlineStart: `${mark * 100}%` }} />
          )}
          <div className={styles.fill} style={{ width: `${state.getThumbPercent(0) * 100}%` }} />
          <SliderThumb
            className={styles.thumb}
            {...(explainedBy === undefined ? {} : { 'aria-describedby': explainedBy })}
          />
        </>
      )}
    </SliderTrack>
  );
}
