import { DialogTrigger } from 'react-aria-components';
import type { ModelInfo } from '../../engine/api';
import type { Settings } from '../../store/settings';
import { className, evenShare, withClass } from '../../store/subject';
import { ActionButton } from '../parts/ActionButton';
import { useApp } from '../use-app';
import { ClassButton, ClassPopover } from './ClassChooser';
import { MixSlider } from './MixSlider';
import { MixTools } from './MixTools';
import styles from './Mix.module.css';

/** A second thing, and how much of it. */
export function ClassMix({ settings, model }: { settings: Settings; model: ModelInfo }) {
  const change = useApp((app) => app.change);
  const { classId, mix } = settings;
  const choose = (id: number) => change({ mix: { id, share: mix?.share ?? evenShare } });
  const popover = (
    <ClassPopover
      label="Choose a second thing"
      classes={model.classes}
      chosenId={mix?.id ?? null}
      onChoose={choose}
    />
  );
  if (!mix) {
    return (
      <DialogTrigger>
        <ActionButton look="quiet" icon="plus">
          Mix in another thing
        </ActionButton>
        {popover}
      </DialogTrigger>
    );
  }
  return (
    <div className={styles.mix}>
      <div className={styles.row}>
        <DialogTrigger>
          <ClassButton label="Mixed with" chosen={model.classes[mix.id]} />
          {popover}
        </DialogTrigger>
        <MixTools
          what="thing"
          onSwap={() => change(withClass(settings, mix.id))}
          onRemove={() => change({ mix: null })}
        />
      </div>
      <MixSlider
        names={[className(model, classId), className(model, mix.id)]}
        share={mix.share}
        onChange={(share) => change({ mix: { ...mix, share } })}
      />
    </div>
  );
}
