import * as v from 'valibot';
import type { LabelledClass, ModelInfo } from '../engine/api';
import { samplerNames } from '../sampler/samplers';
import { clamp, limits, type Range } from './limits';
import type { Settings } from './settings';

/**
 * Settings as they travel: in the address bar, in a saved PNG. Names instead of numbers, so that
 * they read well and survive a change of model; every part may be missing.
 */
export interface SharedSettings {
  readonly model?: string;
  readonly class?: string;
  readonly style?: string;
  readonly seed?: number;
  readonly sampler?: Settings['sampler'];
  readonly steps?: number;
  readonly guidance?: number;
  readonly images?: number;
  readonly width?: boolean;
  readonly tokens?: boolean;
  /** `false` asks that nothing be drawn before the visitor says so. */
  readonly draw?: boolean;
}

/** The value of `style` that asks for no style in particular. */
const anyStyle = 'any';

/** A query longer than this is no link of ours. */
const longestQuery = 2000;

const number = (range: Range, form: RegExp) =>
  v.pipe(
    v.string(),
    v.regex(form),
    v.transform(Number),
    v.finite(),
    v.transform((value) => clamp(value, range)),
  );

const integer = (range: Range) => number(range, /^-?\d{1,15}$/);

const onOff = v.pipe(
  v.picklist(['on', 'off']),
  v.transform((value) => value === 'on'),
);

const label = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));

/** A value that does not fit is as good as absent. */
const lenient = <Output>(schema: v.GenericSchema<string, Output>) =>
  v.fallback(v.optional<v.GenericSchema<string, Output>>(schema), undefined);

const querySchema = v.object({
  model: lenient(label),
  class: lenient(label),
  style: lenient(label),
  seed: lenient(integer(limits.seed)),
  sampler: lenient(v.picklist(samplerNames)),
  steps: lenient(integer(limits.steps)),
  guidance: lenient(number(limits.guidance, /^-?\d{1,6}(\.\d{1,12})?$/)),
  images: lenient(integer(limits.images)),
  width: lenient(onOff),
  tokens: lenient(onOff),
  draw: lenient(onOff),
});

/** Reads a query string that anyone may have written: what makes no sense is left out. */
export function parseQuery(query: string): SharedSettings {
  if (query.length > longestQuery) return {};
  return v.parse(querySchema, Object.fromEntries(new URLSearchParams(query)));
}

export function formatQuery(shared: SharedSettings): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(shared)) {
    if (value === undefined) continue;
    query.set(key, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));
  }
  return query.toString();
}

/** @param modelName absent for the model that comes with the page */
export function shareSettings(
  settings: Settings,
  model: ModelInfo,
  modelName?: string,
): SharedSettings {
  const style = settings.styleId === null ? undefined : model.styles[settings.styleId];
  return {
    ...(modelName === undefined ? {} : { model: modelName }),
    class: classSlugs(model.classes)[settings.classId] ?? String(settings.classId),
    ...(model.styles.length > 0 ? { style: style === undefined ? anyStyle : slug(style) } : {}),
    seed: settings.seed,
    sampler: settings.sampler,
    steps: settings.steps,
    guidance: settings.guidance,
    images: settings.images,
    ...(model.dynamic ? { width: settings.dynamicWidth, tokens: settings.dynamicTokens } : {}),
  };
}

/** Finds a class by its slug, its emoji character or its number. */
export function findClass(model: ModelInfo, text: string): number | undefined {
  const bySlug = classSlugs(model.classes).indexOf(text.toLowerCase());
  if (bySlug >= 0) return bySlug;
  const byEmoji = model.classes.findIndex(({ emoji }) => emoji !== '' && emoji === text);
  if (byEmoji >= 0) return byEmoji;
  const id = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  return id >= 0 && id < model.classes.length ? id : undefined;
}

/** `null` is any style, `undefined` one that the model lacks. */
export function findStyle(model: ModelInfo, text: string): number | null | undefined {
  if (text.toLowerCase() === anyStyle) return null;
  const index = model.styles.findIndex((style) => slug(style) === text.toLowerCase());
  return index >= 0 ? index : undefined;
}

/** A name as it stands in an address. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

const slugsOf = new WeakMap<readonly LabelledClass[], readonly string[]>();

/** One slug a class; a slug that is taken or empty gets the class's number. */
export function classSlugs(classes: readonly LabelledClass[]): readonly string[] {
  const known = slugsOf.get(classes);
  if (known) return known;
  const taken = new Set<string>();
  const slugs = classes.map(({ name }, id) => {
    const plain = slug(name);
    const unique = plain === '' || taken.has(plain) ? `${plain || 'class'}-${id}` : plain;
    taken.add(unique);
    return unique;
  });
  slugsOf.set(classes, slugs);
  return slugs;
}
