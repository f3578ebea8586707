import type { ModelInfo } from '../engine/api';
import { changesBetween, changesOfFitting, onOff, type Change, type Offer } from './changes';
import { nearestNames } from './nearest-names';
import { samplingWith } from './sampling';
import { fitSettings, type Settings } from './settings';
import {
  classSlugs,
  findClass,
  findStyle,
  formatPart,
  slug,
  styleSlugs,
  type ReadSettings,
  type SharedPart,
  type SharedSettings,
} from './shared-settings';
import { className, describePart, styleName, type Part } from './subject';

/** Settings that a model can run, and what they are instead of what was asked for. */
export interface Applied {
  readonly settings: Settings;
  readonly changes: readonly Change[];
}

/** `base` with everything that was read and that `model` has. */
export function applyShared(base: Settings, read: ReadSettings, model: ModelInfo): Applied {
  const { shared, unreadable } = read;
  const found = findNames(shared, model);
  const sampling =
    shared.sampler !== undefined && model.samplers.includes(shared.sampler)
      ? samplingWith(shared.sampler, base, model)
      : base;
  const asked: Settings = {
    classId: found.classId ?? base.classId,
    styleId: found.styleId === undefined ? base.styleId : found.styleId,
    mix: partOf(shared.mix, found.mixId, shared.class === undefined ? base.mix : null),
    styleMix: partOf(
      shared['style-mix'],
      found.styleMixId,
      shared.style === undefined ? base.styleMix : null,
    ),
    seed: shared.seed ?? base.seed,
    sampler: shared.sampler ?? base.sampler,
    steps: shared.steps ?? sampling.steps,
    guidance: shared.guidance ?? sampling.guidance,
    images: shared.images ?? base.images,
    variation: shared.variation ?? base.variation,
    budget: shared.budget ?? base.budget,
    dynamicWidth: shared.width ?? base.dynamicWidth,
    dynamicTokens: shared.tokens ?? base.dynamicTokens,
  };
  const settings = fitSettings(asked, model);
  const used = asUsed(settings, model);
  const unread = unreadable.map(({ name, text }) => ({
    name,
    asked: text,
    ...(Object.hasOwn(used, name) ? { used: used[name] } : {}),
  }));
  const unknown = unknownNames(shared, found, model).map((change) => ({
    ...change,
    used: used[change.name],
  }));
  return {
    settings,
    changes: [...unread, ...unknown, ...changesOfFitting(asked, settings, model)],
  };
}

/** Ids of everything that has a name; `undefined` where nothing was named, or by no name of the model's. */
interface FoundNames {
  readonly classId: number | undefined;
  readonly styleId: number | null | undefined;
  readonly mixId: number | undefined;
  readonly styleMixId: number | undefined;
}

function findNames(shared: SharedSettings, model: ModelInfo): FoundNames {
  const { class: subject, style, mix, 'style-mix': styleMix } = shared;
  const find = <Id>(name: string | undefined, find: (model: ModelInfo, name: string) => Id) =>
    name === undefined ? undefined : find(model, name);
  return {
    classId: find(subject, findClass),
    styleId: find(style, findStyle),
    mixId: find(mix?.name, findClass),
    // Any style is none that could be mixed in.
    styleMixId: find(styleMix?.name, findStyle) ?? undefined,
  };
}

/** @param otherwise where nothing is said of a second one, or nothing that the model has */
function partOf(
  shared: SharedPart | undefined,
  id: number | undefined,
  otherwise: Part | null,
): Part | null {
  return shared && id !== undefined ? { id, share: shared.share } : otherwise;
}

/** Names that the model lacks, with those that may have been meant. */
function unknownNames(
  shared: SharedSettings,
  found: FoundNames,
  model: ModelInfo,
): readonly Change[] {
  const { class: subject, style, mix, 'style-mix': styleMix } = shared;
  const changes: Change[] = [];
  if (subject !== undefined && found.classId === undefined) {
    const offers = nearClasses(subject, model, (classId) => ({ classId }));
    changes.push({ name: 'class', asked: subject, offers });
  }
  if (mix && found.mixId === undefined) {
    const offers = nearClasses(mix.name, model, (id) => ({ mix: { id, share: mix.share } }));
    changes.push({ name: 'mix', asked: formatPart(mix), offers });
  }
  if (style !== undefined && found.styleId === undefined) {
    const offers = nearStyles(style, model, (styleId) => ({ styleId }));
    changes.push({ name: 'style', asked: style, offers });
  }
  if (styleMix && found.styleMixId === undefined) {
    const { name, share } = styleMix;
    const offers = nearStyles(name, model, (id) => ({ styleMix: { id, share } }));
    changes.push({ name: 'style-mix', asked: formatPart(styleMix), offers });
  }
  return changes;
}

/** What differs between settings of one model and those of the next, in words. */
export function changesOfModel(
  before: { readonly settings: Settings; readonly model: ModelInfo },
  after: { readonly settings: Settings; readonly model: ModelInfo },
): readonly Change[] {
  return changesBetween(asUsed(before.settings, before.model), asUsed(after.settings, after.model));
}

/** Every setting that the model has, by the name that it has in an address, in words. */
function asUsed(settings: Settings, model: ModelInfo): Record<string, string> {
  const { seed, sampler, steps, guidance, images, variation, budget } = settings;
  const values = {
    class: className(model, settings.classId),
    mix: describePart(settings.mix, (id) => className(model, id)),
    style: styleName(model, settings.styleId),
    'style-mix': describePart(settings.styleMix, (id) => styleName(model, id)),
    ...{ seed, sampler, steps, guidance, images },
    ...(model.variation ? { variation } : {}),
    ...(model.budget ? { budget } : {}),
    width: onOff(settings.dynamicWidth),
    tokens: onOff(settings.dynamicTokens),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function nearClasses(
  text: string,
  model: ModelInfo,
  patch: (classId: number) => Offer['patch'],
): readonly Offer[] {
  const slugs = classSlugs(model.classes);
  return nearestNames(slug(text), slugs).map((near) => {
    const classId = slugs.indexOf(near);
    return { label: className(model, classId), patch: patch(classId) };
  });
}

function nearStyles(
  text: string,
  model: ModelInfo,
  patch: (styleId: number) => Offer['patch'],
): readonly Offer[] {
  const slugs = styleSlugs(model.styles);
  return nearestNames(slug(text), slugs).map((near) => {
    const styleId = slugs.indexOf(near);
    return { label: styleName(model, styleId), patch: patch(styleId) };
  });
}

/** What is about the picture, not about how it is sampled: it means something to every model. */
export function pictureOf(shared: SharedSettings): SharedSettings {
  const { class: subject, mix, style, 'style-mix': styleMix } = shared;
  const { seed, images, variation, width, tokens } = shared;
  return {
    class: subject,
    mix,
    style,
    'style-mix': styleMix,
    seed,
    images,
    variation,
    width,
    tokens,
  };
}
