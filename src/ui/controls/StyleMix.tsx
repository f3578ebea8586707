import type { ModelInfo } from '../../engine/api';
import type { Settings } from '../../store/settings';
import { evenShare, styleName, withStyle } from '../../store/subject';
import { ActionButton } from '../parts/ActionButton';
import { Choice } from '../parts/Choice';
import { useApp } from '../use-app';
import { MixSlider } from './MixSlider';
import { MixTools } from './MixTools';
import styles from './Mix.module.css';

/** A second style, and how much of it; there is none beside any style. */
export function StyleMix({ settings, model }: { settings: Settings; model: ModelInfo }) {
  const change = useApp((app) => app.change);
  const { styleId, styleMix } = settings;
  const others = model.styles
    .map((label, id) => ({ id, label }))
    .filter(({ id }) => id !== styleId);
  if (styleId === null || others.length === 0) return null;
  if (!styleMix) {
    return (
      <ActionButton
        look="quiet"
        icon="plus"
        onPress={() => change({ styleMix: { id: others[0].id, share: evenShare } })}
      >
        Mix in another style
      </ActionButton>
    );
  }
  return (
    <div className={styles.mix}>
      <div className={styles.row}>
        <span className={styles.label} aria-hidden="true">
          Mixed with
        </span>
        <MixTools
          what="style"
          onSwap={() => change(withStyle(settings, styleMix.id))}
          onRemove={() => change({ styleMix: null })}
        />
      </div>
      <Choice
        label="Style mixed in"
        hideLabel
        options={others.map(({ id, label }) => ({ value: String(id), label }))}
        value={String(styleMix.id)}
        onChange={(value) => change({ styleMix: { ...styleMix, id: Number(value) } })}
      />
      <MixSlider
        names={[styleName(model, styleId), styleName(model, styleMix.id)]}
        share={styleMix.share}
        onChange={(share) => change({ styleMix: { ...styleMix, share } })}
      />
    </div>
  );
}
