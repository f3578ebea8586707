import type { Settings } from './settings';

/** A setting that is another than was asked for. */
export interface Change {
  /** Such as 'seed'. */
  readonly name: string;
  readonly asked: string;
  /** Absent where it was not read at all. */
  readonly used?: string;
  /** What may have been meant. */
  readonly offers?: readonly Offer[];
}

/** A setting that the visitor may have meant. */
export interface Offer {
  readonly label: string;
  readonly patch: Partial<Settings>;
}

/** A setting that is a number. */
export type NumberSetting = (typeof fittedNumbers)[number]['key'];

/** Numbers that are fitted, by the names that the page has for them. */
const fittedNumbers = [
  { key: 'seed', name: 'seed' },
  { key: 'images', name: 'pictures' },
  { key: 'steps', name: 'steps' },
  { key: 'guidance', name: 'guidance' },
] as const;

/** What `fitSettings` has changed, for the visitor. */
export function changesOfFitting(asked: Settings, used: Settings): readonly Change[] {
  const numbers = fittedNumbers.flatMap(({ key, name }) =>
    asked[key] === used[key] ? [] : [{ name, asked: String(asked[key]), used: String(used[key]) }],
  );
  const toggles = (['dynamicWidth', 'dynamicTokens'] as const).flatMap((key) =>
    asked[key] === used[key]
      ? []
      : [{ name: key === 'dynamicWidth' ? 'width' : 'tokens', asked: 'on', used: 'off' }],
  );
  const sampler =
    asked.sampler === used.sampler
      ? []
      : [{ name: 'sampler', asked: asked.sampler, used: used.sampler }];
  return [...numbers, ...sampler, ...toggles];
}
