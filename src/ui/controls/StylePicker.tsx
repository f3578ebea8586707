import type { ModelInfo } from '../../engine/api';
import type { Settings } from '../../store/settings';
import { withStyle } from '../../store/subject';
import { Choice } from '../parts/Choice';
import { useApp } from '../use-app';

const any = 'any';

/** Whose hand the emoji is drawn by. */
export function StylePicker({ settings, model }: { settings: Settings; model: ModelInfo }) {
  const change = useApp((app) => app.change);
  const { styleId } = settings;
  return (
    <Choice
      label="Style"
      options={[
        ...model.styles.map((label, id) => ({ value: String(id), label })),
        { value: any, label: 'Any' },
      ]}
      value={styleId === null ? any : String(styleId)}
      onChange={(value) => change(withStyle(settings, value === any ? null : Number(value)))}
    />
  );
}
