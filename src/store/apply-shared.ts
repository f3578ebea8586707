import type { ModelInfo } from '../engine/api';
import { changesOfFitting, type Change, type Offer } from './changes';
import { nearestNames } from './nearest-names';
import { fitSettings, type Settings } from './settings';
import {
  classSlugs,
  findClass,
  findStyle,
  shareSettings,
  slug,
  type ReadSettings,
  type SharedSettings,
} from './shared-settings';

/** Settings that a model can run, and what they are instead of what was asked for. */
export interface Applied {
  readonly settings: Settings;
  readonly changes: readonly Change[];
}

/** `base` with everything that was read and that `model` has. */
export function applyShared(
  base: Settings,
  { shared, unreadable }: ReadSettings,
  model: ModelInfo,
): Applied {
  const classId = shared.class === undefined ? base.classId : findClass(model, shared.class);
  const styleId = shared.style === undefined ? base.styleId : findStyle(model, shared.style);
  const asked: Settings = {
    classId: classId ?? base.classId,
    styleId: styleId === undefined ? base.styleId : styleId,
    seed: shared.seed ?? base.seed,
    sampler: shared.sampler ?? base.sampler,
    steps: shared.steps ?? base.steps,
    guidance: shared.guidance ?? base.guidance,
    images: shared.images ?? base.images,
    dynamicWidth: shared.width ?? base.dynamicWidth,
    dynamicTokens: shared.tokens ?? base.dynamicTokens,
  };
  const settings = fitSettings(asked, model);
  const used = asUsed(settings, model);
  const changes: Change[] = unreadable.map(({ name, text }) => ({
    name,
    asked: text,
    ...(Object.hasOwn(used, name) ? { used: used[name] } : {}),
  }));
  if (shared.class !== undefined && classId === undefined) {
    changes.push({
      name: 'class',
      asked: shared.class,
      used: className(model, settings.classId),
      offers: nearClasses(shared.class, model),
    });
  }
  if (shared.style !== undefined && styleId === undefined) {
    changes.push({
      name: 'style',
      asked: shared.style,
      used: styleName(model, settings.styleId),
      offers: nearStyles(shared.style, model),
    });
  }
  return { settings, changes: [...changes, ...changesOfFitting(asked, settings)] };
}

/** What differs between settings of one model and those of the next, in words. */
export function changesOfModel(
  before: { readonly settings: Settings; readonly model: ModelInfo },
  after: { readonly settings: Settings; readonly model: ModelInfo },
): readonly Change[] {
  const [asked, used] = [before, after].map(({ settings, model }) => asUsed(settings, model));
  return Object.entries(asked).flatMap(([name, value]) => {
    const now = used[name];
    return now === value ? [] : [{ name, asked: value, used: now }];
  });
}

/** Every setting as it stands in an address, with classes and styles by name. */
function asUsed(settings: Settings, model: ModelInfo): Record<string, string> {
  const { sampler, steps, guidance, images, width, tokens } = shareSettings(settings, model);
  const values = {
    class: className(model, settings.classId),
    style: styleName(model, settings.styleId),
    seed: settings.seed,
    sampler,
    steps,
    guidance,
    images,
    width: onOff(width ?? false),
    tokens: onOff(tokens ?? false),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function onOff(value: boolean): string {
  return value ? 'on' : 'off';
}

function className(model: ModelInfo, classId: number): string {
  return model.classes.at(classId)?.name ?? `class ${classId}`;
}

function styleName(model: ModelInfo, styleId: number | null): string {
  return (styleId === null ? undefined : model.styles.at(styleId)) ?? 'any';
}

function nearClasses(text: string, model: ModelInfo): readonly Offer[] {
  const slugs = classSlugs(model.classes);
  return nearestNames(slug(text), slugs).map((near) => {
    const classId = slugs.indexOf(near);
    return { label: className(model, classId), patch: { classId } };
  });
}

function nearStyles(text: string, model: ModelInfo): readonly Offer[] {
  const slugs = model.styles.map(slug);
  return nearestNames(slug(text), slugs).map((near) => {
    const styleId = slugs.indexOf(near);
    return { label: styleName(model, styleId), patch: { styleId } };
  });
}

/** What is about the picture, not about how it is sampled: it means something to every model. */
export function pictureOf({ class: subject, style, seed, images, width, tokens }: SharedSettings) {
  return { class: subject, style, seed, images, width, tokens };
}
