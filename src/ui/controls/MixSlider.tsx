import { formatShare } from '../format';
import { SpanSlider } from '../parts/SpanSlider';

interface Props {
  names: readonly [string, string];
  /** Of the second one. */
  share: number;
  onChange: (share: number) => void;
}

/** How much of the first one, how much of the second. */
export function MixSlider({ names: [first, second], share, onChange }: Props) {
  return (
    <SpanSlider
      label={`Share of ${second}, the rest is ${first}`}
      hideLabel
      value={share}
      ends={[`${first} ${formatShare(1 - share)}`, `${second} ${formatShare(share)}`]}
      onChange={onChange}
    />
  );
}
