import { IconButton } from '../parts/IconButton';
import styles from './Mix.module.css';

interface Props {
  what: 'thing' | 'style';
  onSwap: () => void;
  onRemove: () => void;
}

/** What can be done with the second one of a mix. */
export function MixTools({ what, onSwap, onRemove }: Props) {
  return (
    <div className={styles.tools}>
      <IconButton label={`Swap the ${what}s`} icon="swap" onPress={onSwap} />
      <IconButton label={`Remove the second ${what}`} icon="close" onPress={onRemove} />
    </div>
  );
}
