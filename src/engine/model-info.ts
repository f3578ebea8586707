import type { DitConfig } from '../network/config';
import type { Dit } from '../network/dit/dit';
import { staticCost, tokenCount } from '../network/dit/cost';
import type { Manifest } from '../network/manifest';
import type { ModelInfo, SamplerName } from './api';

/** Samplers that fit what a network predicts, the usual one first. */
function samplersFor(config: DitConfig): readonly SamplerName[] {
  return config.objective === 'epsilon' ? ['ddim', 'ddpm'] : ['flow-euler', 'flow-heun'];
}

/** Settings to start with where no manifest gives any: the official DiT's, with fewer steps. */
function usualDefaults(config: DitConfig): ModelInfo['defaults'] {
  return config.objective === 'epsilon'
    ? { sampler: 'ddim', steps: 50, guidance: 4, guidanceChannels: 3 }
    : { sampler: 'flow-euler', steps: 25, guidance: 2.5, guidanceChannels: 'all' };
}

/**
 * What the page is told of a model.
 * @param upscale pixels of a picture a latent pixel; 1 without a VAE
 * @param manifest names and defaults, where the model came with one
 */
export function describeModel(
  dit: Dit,
  name: string,
  upscale: number | undefined,
  manifest?: Manifest,
): ModelInfo {
  const { config } = dit;
  const numbered = Array.from({ length: config.numClasses }, (_, i) => ({
    name: `Class ${i}`,
    emoji: '',
    category: 'Classes',
  }));
  return {
    name,
    parameters: dit.parameters,
    weightDtype: dit.weightDtype,
    objective: config.objective,
    samplers: samplersFor(config),
    dynamic: config.dynamic,
    hasVae: upscale !== undefined,
    depth: config.depth,
    heads: config.numHeads,
    tokens: tokenCount(config),
    imageSize: config.inputSize * (upscale ?? 1),
    cost: { evaluation: staticCost(config), decode: 0 },
    classes: manifest?.classes ?? numbered,
    styles: manifest?.styles ?? Array.from({ length: config.numStyles }, (_, i) => `Style ${i}`),
    defaults: manifest
      ? {
          sampler: manifest.sampling.sampler,
          steps: manifest.sampling.steps,
          guidance: manifest.sampling.cfg_scale,
          guidanceChannels: manifest.sampling.cfg_channels,
        }
      : usualDefaults(config),
  };
}
