import type { ModelInfo, SamplerName } from '../engine/api';
import { guidanceHalves } from '../engine/guidance-halves';
import { samplerNamed } from '../sampler/samplers';
import type { Settings } from './settings';

/** How a picture is sampled. */
export type Sampling = Pick<Settings, 'sampler' | 'steps' | 'guidance'>;

/** Jumps where no manifest says how many the model was taught. */
const usualJumps = 4;

/**
 * Another sampler in place of that of `settings`. Steps and guidance stay, but between samplers of
 * a few jumps and those of many steps, where those of one are of no use to the other.
 */
export function samplingWith(
  sampler: SamplerName,
  settings: Sampling,
  { fast, long, defaults }: ModelInfo,
): Sampling {
  const { jumps } = samplerNamed(sampler);
  const jumping = fast ?? { steps: usualJumps, guidance: settings.guidance };
  const usual = jumps ? jumping : (long ?? defaults);
  const { steps, guidance } = jumps === samplerNamed(settings.sampler).jumps ? settings : usual;
  return { sampler, steps, guidance };
}

/** Network evaluations that one picture takes: those of all steps, twice where guidance has two halves. */
export function evaluationsAPicture(
  { sampler, steps, guidance }: Sampling,
  { foldedGuidance, defaults }: Pick<ModelInfo, 'foldedGuidance' | 'defaults'>,
): number {
  const { guidanceChannels } = defaults;
  const halves = guidanceHalves({ guidance, guidanceChannels }, { foldedGuidance });
  return samplerNamed(sampler).evaluations(steps) * halves;
}
