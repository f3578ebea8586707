import * as v from 'valibot';
import type { LabelledClass, ModelInfo } from '../engine/api';
import { samplerNames } from '../sampler/samplers';
import { parseNumber } from './numbers';
import type { Settings } from './settings';
import { evenShare, type Part } from './subject';

/** A second thing or style, by name. */
export interface SharedPart {
  readonly name: string;
  readonly share: number;
}

/**
 * Settings as they travel: in the address bar, in a saved PNG. Names instead of numbers, so that
 * they read well and survive a change of model; every part may be missing.
 */
export interface SharedSettings {
  /** The file of the weights; absent for the model that comes with the page. */
  readonly model?: string;
  /** The first digits of the identity of the weights. */
  readonly weights?: string;
  readonly class?: string;
  /** Where there is a class and no mix, there is none. */
  readonly mix?: SharedPart;
  readonly style?: string;
  readonly 'style-mix'?: SharedPart;
  readonly seed?: number;
  readonly sampler?: Settings['sampler'];
  readonly steps?: number;
  readonly guidance?: number;
  readonly images?: number;
  readonly variation?: number;
  readonly budget?: number;
  readonly width?: boolean;
  readonly tokens?: boolean;
  /** `false` asks that nothing be drawn before the visitor says so. */
  readonly draw?: boolean;
  /** A comparison, a strip and a plain run of the same settings are three things. */
  readonly run?: 'compare' | 'strip';
}

/** What a text says of settings, and what in it makes no sense. */
export interface ReadSettings {
  readonly shared: SharedSettings;
  readonly unreadable: readonly { readonly name: string; readonly text: string }[];
}

/** The value of `style` that asks for no style in particular. */
const anyStyle = 'any';

/** A query longer than this is no link of ours. */
export const longestQuery = 2000;

/** Names of the model, of two classes and of two styles, as they are written in a link, leave room for the rest. */
const longestModelName = 900;
const longestSlug = 180;

/** Digits of an identity in a link: enough to tell a visitor's files apart. */
const weightsDigits = 8;

/** Numbers are kept as they were asked for: what they are fitted to is for the visitor to know. */
const number = numberOf('decimal');
const whole = numberOf('whole');

function numberOf(kind: 'decimal' | 'whole') {
  return v.pipe(
    v.string(),
    v.transform((text) => parseNumber(text, kind) ?? NaN),
    v.finite(),
  );
}

const onOff = v.pipe(
  v.picklist(['on', 'off']),
  v.transform((value) => value === 'on'),
);

const label = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));

const modelName = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(longestModelName));

/** 'avocado:0.4'; half of each where no share is given. */
const part = v.pipe(
  label,
  v.transform((text): SharedPart => {
    const colon = text.lastIndexOf(':');
    if (colon < 0) return { name: text, share: evenShare };
    return { name: text.slice(0, colon), share: parseNumber(text.slice(colon + 1)) ?? NaN };
  }),
  v.object({ name: v.pipe(v.string(), v.minLength(1)), share: v.pipe(v.number(), v.finite()) }),
);

/** A value that does not fit is as good as absent. */
const lenient = <Output>(schema: v.GenericSchema<string, Output>) =>
  v.fallback(v.optional<v.GenericSchema<string, Output>>(schema), undefined);

const querySchema = v.object({
  model: lenient(modelName),
  weights: lenient(v.pipe(v.string(), v.regex(/^[0-9a-f]{8,16}$/))),
  class: lenient(label),
  mix: lenient(part),
  style: lenient(label),
  'style-mix': lenient(part),
  seed: lenient(whole),
  sampler: lenient(v.picklist(samplerNames)),
  steps: lenient(whole),
  guidance: lenient(number),
  images: lenient(whole),
  variation: lenient(number),
  budget: lenient(number),
  width: lenient(onOff),
  tokens: lenient(onOff),
  draw: lenient(onOff),
  run: lenient(v.picklist(['compare', 'strip'])),
});

/**
 * Reads a query string that anyone may have written. One that is longer than any link of the page
 * says nothing.
 */
export function readQuery(query: string): ReadSettings {
  if (query.length > longestQuery) {
    const text = `${query.slice(0, longestQuery)}…`;
    return { shared: {}, unreadable: [{ name: 'link', text }] };
  }
  const all = [...new URLSearchParams(query)];
  const texts = Object.fromEntries(all);
  const read = v.parse(querySchema, texts);
  const understood = new Map<string, unknown>(Object.entries(read));
  const unreadable = Object.entries(texts)
    .filter(
      ([name]) => Object.hasOwn(querySchema.entries, name) && understood.get(name) === undefined,
    )
    .map(([name, text]) => ({ name, text }));
  return { shared: read, unreadable: [...outdone(all), ...unreadable] };
}

/** What a query says, and says otherwise further on: the last one counts. */
function outdone(all: readonly (readonly [string, string])[]): ReadSettings['unreadable'] {
  const last = new Map(all);
  return all
    .filter(([name, text]) => Object.hasOwn(querySchema.entries, name) && last.get(name) !== text)
    .map(([name, text]) => ({ name, text }));
}

export function formatQuery(shared: SharedSettings): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries<SharedSettings[keyof SharedSettings]>({ ...shared })) {
    if (value !== undefined) query.set(key, textOf(value));
  }
  // A colon may stand in a query as it is, and 'avocado:0.4' can be read.
  return query.toString().replaceAll('%3A', ':');
}

function textOf(value: NonNullable<SharedSettings[keyof SharedSettings]>): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? formatPart(value) : String(value);
}

/** 'avocado:0.4' */
export function formatPart({ name, share }: SharedPart): string {
  return `${name}:${share}`;
}

/** @param modelName absent for the model that comes with the page */
export function shareSettings(
  settings: Settings,
  model: ModelInfo,
  modelName?: string,
): SharedSettings {
  const { classId, styleId, mix, styleMix } = settings;
  const hasStyles = model.styles.length > 0;
  return {
    ...(modelName === undefined ? {} : { model: modelName }),
    weights: model.identity.slice(0, weightsDigits),
    class: classSlug(model, classId),
    ...(mix ? { mix: sharePart(mix, (id) => classSlug(model, id)) } : {}),
    ...(hasStyles ? { style: styleSlug(model, styleId) } : {}),
    ...(styleMix ? { 'style-mix': sharePart(styleMix, (id) => styleSlug(model, id)) } : {}),
    seed: settings.seed,
    sampler: settings.sampler,
    steps: settings.steps,
    guidance: settings.guidance,
    images: settings.images,
    ...(model.variation ? { variation: settings.variation } : {}),
    ...(model.budget ? { budget: settings.budget } : {}),
    ...(model.dynamic ? { width: settings.dynamicWidth, tokens: settings.dynamicTokens } : {}),
  };
}

/** Whether a link has room for a model of this name. */
export function fitsInLink(model: string): boolean {
  return lengthInLink(model) <= longestModelName;
}

/** As much of a model's name as a link has room for. */
export function modelNameInLink(name: string): string {
  return cutForLink(name, longestModelName);
}

/** The beginning of a text that takes no more than `most` characters of a link. */
function cutForLink(text: string, most: number): string {
  const characters = Array.from(text.slice(0, most));
  while (lengthInLink(characters.join('')) > most) characters.pop();
  return characters.join('');
}

function lengthInLink(text: string): number {
  return new URLSearchParams([[text, '']]).toString().length - 1;
}

function sharePart({ id, share }: Part, name: (id: number) => string): SharedPart {
  return { name: name(id), share };
}

function classSlug({ classes }: ModelInfo, classId: number): string {
  return classSlugs(classes)[classId] ?? String(classId);
}

function styleSlug({ styles }: ModelInfo, styleId: number | null): string {
  return (styleId === null ? undefined : styleSlugs(styles).at(styleId)) ?? anyStyle;
}

/** Finds a class by its name or slug, its emoji character or its number. */
export function findClass(model: ModelInfo, text: string): number | undefined {
  const slugs = classSlugs(model.classes);
  const bySlug = slugs.indexOf(text.toLowerCase());
  if (bySlug >= 0) return bySlug;
  const emoji = plainEmoji(text);
  const byEmoji = model.classes.findIndex(
    (one) => one.emoji !== '' && plainEmoji(one.emoji) === emoji,
  );
  if (byEmoji >= 0) return byEmoji;
  const byName = text.trim() === '' ? -1 : slugs.indexOf(slug(text));
  if (byName >= 0) return byName;
  const id = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  return id >= 0 && id < model.classes.length ? id : undefined;
}

/**
 * Without variation selectors, which say that a character is meant as a text or as a picture: some
 * keyboards write them, some do not, and to the eye there is no difference.
 */
export function plainEmoji(text: string): string {
  return text.replaceAll(/[\uFE0E\uFE0F]/g, '');
}

/** `null` is any style, `undefined` one that the model lacks. */
export function findStyle(model: ModelInfo, text: string): number | null | undefined {
  if (text.toLowerCase() === anyStyle) return null;
  const slugs = styleSlugs(model.styles);
  return [text.toLowerCase(), slug(text)]
    .map((name) => slugs.indexOf(name))
    .find((index) => index >= 0);
}

/**
 * A name as it stands in an address; 'é' is one letter, also where it was typed as two. Cut where it
 * would make a link that is too long to be read.
 */
export function slug(name: string): string {
  const words = name
    .slice(0, longestSlug)
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  return cutForLink(words, longestSlug).replaceAll(/^-|-$/g, '');
}

const slugsOf = new WeakMap<readonly unknown[], readonly string[]>();

/** One slug a class; a slug that is taken or empty gets the class's number. */
export function classSlugs(classes: readonly LabelledClass[]): readonly string[] {
  return uniqueSlugs(classes, ({ name }) => name, { otherwise: 'class' });
}

/** The same of styles, none of which is any style. */
export function styleSlugs(styles: readonly string[]): readonly string[] {
  return uniqueSlugs(styles, (name) => name, { otherwise: 'style', taken: anyStyle });
}

function uniqueSlugs<Named>(
  all: readonly Named[],
  nameOf: (one: Named) => string,
  { otherwise, taken: reserved }: { readonly otherwise: string; readonly taken?: string },
): readonly string[] {
  const known = slugsOf.get(all);
  if (known) return known;
  const taken = new Set(reserved === undefined ? [] : [reserved]);
  const slugs = all.map((one, id) => {
    const plain = slug(nameOf(one));
    const unique = plain === '' || taken.has(plain) ? `${plain || otherwise}-${id}` : plain;
    taken.add(unique);
    return unique;
  });
  slugsOf.set(all, slugs);
  return slugs;
}
