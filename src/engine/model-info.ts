import { conditionIndex, moveNames } from '../network/conditions';
import { hasJumps, tokenCount, type DitConfig } from '../network/config';
import { evaluationCost } from '../network/dit/cost';
import type { Dit } from '../network/dit/dit';
import type { Vae } from '../network/vae/vae';
import { samplersFor } from '../sampler/samplers';
import type { ModelInfo } from './api';
import type { Manifest } from './manifest';

/** Settings to start with where no manifest gives any: the official DiT's, with fewer steps. */
function usualDefaults(config: DitConfig): ModelInfo['defaults'] {
  return config.objective === 'epsilon'
    ? { sampler: 'ddim', steps: 50, guidance: 4, guidanceChannels: 3 }
    : { sampler: 'flow-euler', steps: 25, guidance: 2.5, guidanceChannels: 'all' };
}

/** Pixels of a picture a latent pixel: each level of the decoder but the last doubles the side. */
function upscaleOf({ config }: Pick<Vae, 'config'>): number {
  return 2 ** (config.blockOutChannels.length - 1);
}

/** What a model is made of. */
export interface ModelParts {
  readonly name: string;
  readonly identity: string;
  readonly dit: Pick<Dit, 'config' | 'parameters' | 'weightDtype'>;
  readonly vae?: Pick<Vae, 'config' | 'multiplyAdds'>;
  /** Names and defaults, where the model came with them. */
  readonly manifest?: Manifest;
}

/** What the page is told of a model. */
export function describeModel({ name, identity, dit, vae, manifest }: ModelParts): ModelInfo {
  const { config } = dit;
  const numbered = Array.from({ length: config.numClasses }, (_, i) => ({
    name: `Class ${i}`,
    emoji: '',
    category: 'Classes',
  }));
  return {
    name,
    identity,
    parameters: dit.parameters,
    weightDtype: dit.weightDtype,
    objective: config.objective,
    samplers: samplersFor({ objective: config.objective, jumps: hasJumps(config) }),
    dynamic: config.dynamic,
    hasVae: vae !== undefined,
    depth: config.depth,
    heads: config.numHeads,
    tokens: tokenCount(config),
    imageSize: config.inputSize * (vae ? upscaleOf(vae) : 1),
    cost: {
      evaluation: evaluationCost(config),
      decode: vae?.multiplyAdds(config.inputSize) ?? 0,
    },
    foldedGuidance: conditionIndex(config, 'guidance') !== undefined,
    ...learnedOf(config, manifest),
    classes: manifest?.classes ?? numbered,
    styles: manifest?.styles ?? Array.from({ length: config.numStyles }, (_, i) => `Style ${i}`),
    defaults: manifest ? defaultsOf(manifest) : usualDefaults(config),
  };
}

function defaultsOf({ sampling, fast }: Manifest): ModelInfo['defaults'] {
  return { ...samplingOf(fast ?? sampling), guidanceChannels: sampling.cfg_channels };
}

function samplingOf({ sampler, steps, cfg_scale: guidance }: NonNullable<Manifest['fast']>) {
  return { sampler, steps, guidance };
}

/** What the weights know besides, as far as the manifest names it. */
function learnedOf(
  config: DitConfig,
  manifest: Manifest | undefined,
): Pick<ModelInfo, 'fast' | 'long' | 'variation' | 'budget' | 'unnamedInputs'> {
  const { conditions = 0, conditionNames } = config;
  const names = moveNames.filter((name) => conditionIndex(config, name) !== undefined);
  const { fast, sampling, variation, budget } = manifest ?? {};
  return {
    ...(conditions > 0 && !conditionNames && { unnamedInputs: conditions }),
    ...(fast && sampling && { fast: samplingOf(fast), long: samplingOf(sampling) }),
    ...((names.length > 0 || variation) && {
      variation: {
        names,
        default: variation?.default ?? 0,
        ...(variation?.style_blend && { styleBlend: variation.style_blend }),
      },
    }),
    ...(budget && { budget: budget.toSorted((a, b) => a.shift - b.shift) }),
  };
}
