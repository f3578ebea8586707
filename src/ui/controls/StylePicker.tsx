import { Choice } from '../parts/Choice';
import { useApp } from '../use-app';

const any = 'any';

/** Whose hand the emoji is drawn by. */
export function StylePicker() {
  const styleId = useApp((app) => app.settings?.styleId);
  const names = useApp((app) => app.model?.styles);
  const change = useApp((app) => app.change);
  if (styleId === undefined || !names) return null;
  return (
    <Choice
      label="Style"
      options={[
        ...names.map((label, id) => ({ value: String(id), label })),
        { value: any, label: 'Any' },
      ]}
      value={styleId === null ? any : String(styleId)}
      onChange={(value) => change({ styleId: value === any ? null : Number(value) })}
    />
  );
}
