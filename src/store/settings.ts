import type { GenerateRequest, ModelInfo, SamplerName } from '../engine/api';
import { samplerNamed } from '../sampler/samplers';
import { clamp, limits, type Range } from './limits';
import { fitSubject, labelsOf, type Subject } from './subject';

/** What the visitor has chosen, always valid for the loaded model. */
export interface Settings extends Subject {
  readonly seed: number;
  readonly sampler: SamplerName;
  readonly steps: number;
  readonly guidance: number;
  readonly images: number;
  /** How far the seed moves the drawing: 0 is plain, 1 as lively as the model knows. */
  readonly variation: number;
  /** Shift of the routers' thresholds: less work below 0, more above, as learned at 0. */
  readonly budget: number;
  readonly dynamicWidth: boolean;
  readonly dynamicTokens: boolean;
}

/** Guidance, variation and budget have this many decimals, on the page and in links. */
export const settingDecimals = 3;

function rounded(value: number): number {
  return Number(value.toFixed(settingDecimals));
}

/** Settings made valid: numbers inside their limits, names that the model has. */
export function fitSettings(settings: Settings, model: ModelInfo): Settings {
  const sampler = model.samplers.includes(settings.sampler)
    ? settings.sampler
    : model.defaults.sampler;
  return {
    ...fitSubject(settings, model),
    seed: clamp(Math.trunc(settings.seed), limits.seed),
    sampler,
    steps: clamp(Math.round(settings.steps), stepLimits(sampler)),
    guidance: clamp(rounded(settings.guidance), guidanceLimits(sampler, model)),
    images: clamp(Math.round(settings.images), limits.images),
    variation: clamp(rounded(settings.variation), { min: 0, max: model.variation ? 1 : 0 }),
    budget: clamp(rounded(settings.budget), budgetLimits(model)),
    dynamicWidth: settings.dynamicWidth && model.dynamic,
    dynamicTokens: settings.dynamicTokens && model.dynamic,
  };
}

export function stepLimits(sampler: SamplerName): Range {
  return { min: limits.steps.min, max: samplerNamed(sampler).mostSteps };
}

/**
 * Jumps have no second half of guidance, and a model without a null class has nothing to guide away
 * from: there is none where it is no input of the network.
 */
export function guidanceLimits(sampler: SamplerName, model: ModelInfo): Range {
  const { foldedGuidance, guidable } = model;
  const none = !guidable || (samplerNamed(sampler).jumps && !foldedGuidance);
  return none ? { min: 1, max: 1 } : limits.guidance;
}

/** Shifts that the model was made for, with 0. */
export function budgetLimits({ budget = [] }: ModelInfo): Range {
  const shifts = [0, ...budget.map(({ shift }) => shift)];
  return { min: Math.min(...shifts), max: Math.max(...shifts) };
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
  return {
    labels: labelsOf(settings),
    seed: settings.seed,
    sampler: settings.sampler,
    steps: settings.steps,
    guidance: settings.guidance,
    images: settings.images,
    variation: settings.variation,
    budget: settings.budget,
    dynamicWidth: settings.dynamicWidth,
    dynamicTokens: settings.dynamicTokens,
    guidanceChannels: model.defaults.guidanceChannels,
    preview,
  };
}

/** Seed of image `index`; the engine counts the same way. */
export function seedOfImage(settings: Settings, index: number): number {
  return (settings.seed + index) % (limits.seed.max + 1);
}
