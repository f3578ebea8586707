import type { ModelInfo } from '../engine/api';
import { parseNumber } from './numbers';
import type { Settings } from './settings';
import { className, describePart, styleName } from './subject';

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
  { key: 'seed', name: 'seed', kind: 'whole' },
  { key: 'images', name: 'pictures', kind: 'whole' },
  { key: 'steps', name: 'steps', kind: 'whole' },
  { key: 'guidance', name: 'guidance', kind: 'decimal' },
  { key: 'variation', name: 'variation', kind: 'decimal' },
  { key: 'budget', name: 'budget', kind: 'decimal' },
] as const;

/** What the page calls a number. */
export function nameOfNumber(setting: NumberSetting): string {
  return fittedNumbers.find(({ key }) => key === setting)?.name ?? setting;
}

/** A number as it was typed for a setting; `undefined` where it is none. */
export function numberFor(setting: NumberSetting, text: string): number | undefined {
  return parseNumber(text, fittedNumbers.find(({ key }) => key === setting)?.kind);
}

/** What `fitSettings` has changed, for the visitor. */
export function changesOfFitting(
  asked: Settings,
  used: Settings,
  model: ModelInfo,
): readonly Change[] {
  const words = (settings: Settings) => ({
    mix: describePart(settings.mix, (id) => className(model, id)),
    'style-mix': describePart(settings.styleMix, (id) => styleName(model, id)),
    ...Object.fromEntries(fittedNumbers.map(({ key, name }) => [name, String(settings[key])])),
    sampler: settings.sampler,
    width: onOff(settings.dynamicWidth),
    tokens: onOff(settings.dynamicTokens),
  });
  return changesBetween(words(asked), words(used));
}

/** What differs between settings in words; what only one of two models has is no change. */
export function changesBetween(
  asked: Readonly<Record<string, string>>,
  used: Readonly<Record<string, string | undefined>>,
): readonly Change[] {
  return Object.entries(asked).flatMap(([name, value]) => {
    const now = used[name];
    return now === undefined || now === value ? [] : [{ name, asked: value, used: now }];
  });
}

export function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}
