import type { GenerateRequest, ModelInfo, SamplerName } from '../engine/api';
import { clamp, limits } from './limits';

/** What the visitor has chosen, always valid for the loaded model. */
export interface Settings {
  readonly classId: number;
  /** `null` asks for the model's null style: any. */
  readonly styleId: number | null;
  readonly seed: number;
  readonly sampler: SamplerName;
  readonly steps: number;
  readonly guidance: number;
  readonly images: number;
  readonly dynamicWidth: boolean;
  readonly dynamicTokens: boolean;
}

/** Guidance has this many decimals, on the page and in links. */
export const guidanceDecimals = 3;

function toGuidance(value: number): number {
  return Number(value.toFixed(guidanceDecimals));
}

/** Settings made valid: numbers inside their limits, names that the model has. */
export function fitSettings(settings: Settings, model: ModelInfo): Settings {
  const hasStyle = settings.styleId !== null && settings.styleId < model.styles.length;
  return {
    classId: clamp(Math.trunc(settings.classId), { min: 0, max: model.classes.length - 1 }),
    styleId: hasStyle ? settings.styleId : null,
    seed: clamp(Math.trunc(settings.seed), limits.seed),
    sampler: model.samplers.includes(settings.sampler) ? settings.sampler : model.defaults.sampler,
    steps: clamp(Math.round(settings.steps), limits.steps),
    guidance: clamp(toGuidance(settings.guidance), limits.guidance),
    images: clamp(Math.round(settings.images), limits.images),
    dynamicWidth: settings.dynamicWidth && model.dynamic,
    dynamicTokens: settings.dynamicTokens && model.dynamic,
  };
}

/** The same with nothing left out. */
export function staticSettings(settings: Settings): Settings {
  return { ...settings, dynamicWidth: false, dynamicTokens: false };
}

/** Settings that make one image of a run, alone. */
export function settingsOfImage(settings: Settings, index: number): Settings {
  return { ...settings, seed: seedOfImage(settings, index), images: 1 };
}

export function requestFor(
  settings: Settings,
  model: ModelInfo,
  preview: GenerateRequest['preview'],
): GenerateRequest {
  const { classId, styleId, ...rest } = settings;
  return {
    ...rest,
    labels: [{ classId, ...(styleId === null ? {} : { styleId }), weight: 1 }],
    variation: model.variation?.default ?? 0,
    budget: 0,
    guidanceChannels: model.defaults.guidanceChannels,
    preview,
  };
}

/** 'cat face, Noto' */
export function describeSubject(settings: Settings, model: ModelInfo): string {
  const name = model.classes[settings.classId]?.name ?? `class ${settings.classId}`;
  const style = settings.styleId === null ? undefined : model.styles[settings.styleId];
  return style === undefined ? name : `${name}, ${style}`;
}

/** Seed of image `index`; the engine counts the same way. */
export function seedOfImage(settings: Settings, index: number): number {
  return (settings.seed + index) % (limits.seed.max + 1);
}
