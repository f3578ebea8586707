import { ToggleButton, Tooltip, TooltipTrigger } from 'react-aria-components';
import { clamp, limits } from '../../store/limits';
import { Icon } from '../parts/Icon';
import { IconButton } from '../parts/IconButton';
import { NumberBox } from '../parts/NumberBox';
import buttonStyles from '../parts/IconButton.module.css';
import { useApp } from '../use-app';
import styles from './SeedField.module.css';

/** The number that picks the picture among all possible ones; it can be rolled, and held. */
export function SeedField() {
  const seed = useApp((app) => app.settings?.seed ?? 0);
  const locked = useApp((app) => app.seedLocked);
  const change = useApp((app) => app.change);
  const type = useApp((app) => app.type);
  const draft = useApp((app) => app.draft);
  const rollSeed = useApp((app) => app.rollSeed);
  const setSeedLocked = useApp((app) => app.setSeedLocked);
  const lockLabel = locked ? 'Seed locked: every run repeats it' : 'Lock the seed';
  return (
    <div className={styles.row}>
      <NumberBox
        label="Seed"
        value={seed}
        step={1}
        styles={styles}
        onType={(text) => type('seed', text)}
        onDraft={(text) => draft('seed', text)}
        onStep={(next) => change({ seed: clamp(next, limits.seed) })}
      />
      <IconButton label="Roll a new seed" icon="dice" onPress={rollSeed} />
      <TooltipTrigger delay={500}>
        <ToggleButton
          className={buttonStyles.button}
          aria-label="Lock the seed"
          isSelected={locked}
          onChange={setSeedLocked}
        >
          <Icon name={locked ? 'lock' : 'unlock'} />
        </ToggleButton>
        <Tooltip className={buttonStyles.tooltip} offset={6}>
          {lockLabel}
        </Tooltip>
      </TooltipTrigger>
    </div>
  );
}
