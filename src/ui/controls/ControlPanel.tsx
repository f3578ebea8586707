import type { ModelInfo } from '../../engine/api';
import { limits } from '../../store/limits';
import { type Settings, stepLimits } from '../../store/settings';
import { isMixed } from '../../store/subject';
import { NumberSlider } from '../parts/NumberSlider';
import { useApp } from '../use-app';
import { ClassMix } from './ClassMix';
import { ClassPicker } from './ClassPicker';
import styles from './ControlPanel.module.css';
import { DynamicToggles } from './DynamicToggles';
import { RunButtons } from './RunButtons';
import { SamplerSelect } from './SamplerSelect';
import { SeedField } from './SeedField';
import { StripButton } from './StripButton';
import { StyleMix } from './StyleMix';
import { StylePicker } from './StylePicker';
import { VariationSlider } from './VariationSlider';

/** Steps beyond this are for those who type them. */
const slidSteps = 100;

/** Everything that can be chosen, and the button that starts. */
export function ControlPanel() {
  const settings = useApp((app) => app.settings);
  const model = useApp((app) => app.model);
  return (
    <form
      className={styles.panel}
      aria-label="Settings"
      onSubmit={(event) => event.preventDefault()}
    >
      {settings && model ? <Controls settings={settings} model={model} /> : <Placeholder />}
      <RunButtons />
    </form>
  );
}

function Controls({ settings, model }: { settings: Settings; model: ModelInfo }) {
  const change = useApp((app) => app.change);
  const type = useApp((app) => app.type);
  const draft = useApp((app) => app.draft);
  const steps = stepLimits(settings.sampler);
  return (
    <div className={styles.controls}>
      <div className={styles.subject}>
        <ClassPicker settings={settings} model={model} />
        {model.classes.length > 1 && <ClassMix settings={settings} model={model} />}
      </div>
      {model.styles.length > 0 && (
        <div className={styles.subject}>
          <StylePicker settings={settings} model={model} />
          <StyleMix settings={settings} model={model} />
        </div>
      )}
      {isMixed(settings) && <StripButton />}
      {model.variation && (
        <VariationSlider value={settings.variation} variation={model.variation} />
      )}
      <NumberSlider
        label="Pictures"
        value={settings.images}
        {...limits.images}
        onChange={(images) => change({ images })}
        onType={(text) => type('images', text)}
        onDraft={(text) => draft('images', text)}
      />
      <DynamicToggles />
      <div className={styles.sampling}>
        <SamplerSelect settings={settings} model={model} />
        <NumberSlider
          label="Steps"
          value={settings.steps}
          {...steps}
          sliderMax={Math.min(slidSteps, steps.max)}
          onChange={(steps) => change({ steps })}
          onType={(text) => type('steps', text)}
          onDraft={(text) => draft('steps', text)}
        />
        <NumberSlider
          label="Guidance"
          value={settings.guidance}
          {...limits.guidance}
          step={0.1}
          onChange={(guidance) => change({ guidance })}
          onType={(text) => type('guidance', text)}
          onDraft={(text) => draft('guidance', text)}
        />
        <SeedField />
      </div>
    </div>
  );
}

/** Holds the place of the controls until a model says what can be chosen. */
function Placeholder() {
  return (
    <div className={styles.controls} aria-hidden="true">
      {[72, 110, 56, 150, 56, 56].map((height, i) => (
        <div key={i} className={styles.placeholder} style={{ height }} />
      ))}
    </div>
  );
}
