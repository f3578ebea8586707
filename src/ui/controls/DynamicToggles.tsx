import { Toggle } from '../parts/Toggle';
import { useApp } from '../use-app';
import { BudgetControl } from './BudgetControl';
import styles from './DynamicToggles.module.css';

/** The two ways to leave work out, in a sentence each what they are, and how much of it. */
export function DynamicToggles() {
  const width = useApp((app) => app.settings?.dynamicWidth ?? false);
  const tokens = useApp((app) => app.settings?.dynamicTokens ?? false);
  const settings = useApp((app) => app.settings);
  const curve = useApp((app) => app.model?.budget);
  const isStatic = useApp((app) => app.model?.dynamic === false);
  const change = useApp((app) => app.change);
  return (
    <fieldset className={styles.toggles}>
      <legend className={styles.legend}>Leave out work</legend>
      {isStatic && (
        <p className={styles.reason}>
          This checkpoint is a static DiT: it has no routers that could say what to leave out.
        </p>
      )}
      <Toggle
        name="Dynamic width"
        explanation="Each step uses only the attention heads and channels it needs in every layer."
        isSelected={width}
        isDisabled={isStatic}
        onChange={(dynamicWidth) => change({ dynamicWidth })}
      />
      <Toggle
        name="Dynamic tokens"
        explanation="Easy patches of the picture, like plain background, skip each layer’s MLP, most of its work."
        isSelected={tokens}
        isDisabled={isStatic}
        onChange={(dynamicTokens) => change({ dynamicTokens })}
      />
      {curve && settings && <BudgetControl curve={curve} settings={settings} />}
    </fieldset>
  );
}
