import type { MachineReport, ModelInfo } from '../engine/api';
import { guessRunMs } from './run-time';
import { applyShared, pictureOf } from './apply-shared';
import type { Settings } from './settings';
import type { SharedSettings } from './shared-settings';

/** A first run longer than this is made shorter, and the page says that it is slow. */
export const patienceMs = 8000;

const usualImages = 4;

/** Few enough steps that a slow machine answers while someone still watches. */
const fewSteps = 8;

const firstClassName = 'cat face';

/** True where a graphics card computes, not a processor that plays one. */
export function hasGraphicsCard({ kind, software }: MachineReport): boolean {
  return kind === 'webgpu' && !software;
}

/** Where a first-time visitor starts; on a processor, as much as it can do while they watch. */
export function defaultSettings(model: ModelInfo, machine: MachineReport, seed: number): Settings {
  const named = model.classes.findIndex(({ name }) => name === firstClassName);
  const whole: Settings = {
    classId: Math.max(0, named),
    styleId: model.styles.length > 0 ? 0 : null,
    mix: null,
    styleMix: null,
    seed,
    sampler: model.defaults.sampler,
    steps: model.defaults.steps,
    guidance: model.defaults.guidance,
    images: usualImages,
    variation: model.variation?.default ?? 0,
    budget: 0,
    dynamicWidth: model.dynamic,
    dynamicTokens: model.dynamic,
  };
  const fits = (settings: Settings) => guessRunMs(machine, model, settings) < patienceMs;
  if (hasGraphicsCard(machine) || fits(whole)) return whole;
  const alone = { ...whole, images: 1 };
  return fits(alone) ? alone : { ...alone, steps: Math.min(fewSteps, alone.steps) };
}

/** Settings carried over to another model: what is about the picture stays, the sampling is the new model's own. */
export function carryOver(shared: SharedSettings, defaults: Settings, model: ModelInfo): Settings {
  return applyShared(defaults, { shared: pictureOf(shared), unreadable: [] }, model).settings;
}
