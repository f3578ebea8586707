import { DyditError } from '../errors';
import { conditionIndex, moveNames } from '../network/conditions';
import { hasJumps, isTiny, tokenCount, type DitConfig } from '../network/config';
import { evaluationCost } from '../network/dit/cost';
import type { Dit } from '../network/dit/dit';
import type { Vae } from '../network/vae/vae';
import { samplersFor } from '../sampler/samplers';
import type { ModelInfo } from './api';
import type { Manifest } from './manifest';

/** Settings to start with where no manifest gives any: the official DiT's, with fewer steps. */
export function usualDefaults(config: DitConfig): ModelInfo['defaults'] {
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
  /** Whether a tiny VAE beside that makes the previews. */
  readonly hasPreview?: boolean;
  /** Names and defaults, where the model came with them. */
  readonly manifest?: Manifest | undefined;
  readonly classNames?: readonly string[] | undefined;
  /** What the network draws; latents where absent. */
  readonly space?: ModelInfo['space'];
}

/** Classes that have no more than names, or not even those. */
export function plainClasses(
  count: number,
  names: readonly string[] = [],
): { name: string; emoji: string; category: string }[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ name: names.at(i) ?? `Class ${i}`, emoji: '', category: 'Classes' },
  }));
}

/** What the page is told of a model. */
export function describeModel(parts: ModelParts): ModelInfo {
  const { name, identity, dit, vae, manifest, classNames, space = 'latents' } = parts;
  const { config } = dit;
  const foldedGuidance = conditionIndex(config, 'guidance') !== undefined;
  const guidable = config.nullClass !== false || foldedGuidance;
  const defaults = manifest ? defaultsOf(manifest) : usualDefaults(config);
  return {
    name,
    identity,
    parameters: dit.parameters,
    weightDtype: dit.weightDtype,
    objective: config.objective,
    samplers: samplersFor({ objective: config.objective, jumps: hasJumps(config) }),
    dynamic: config.dynamic,
    hasVae: vae !== undefined,
    ...tinyVaeOf(parts),
    space,
    guidable,
    depth: config.depth,
    heads: config.numHeads,
    tokens: tokenCount(config),
    imageSize: config.inputSize * (vae ? upscaleOf(vae) : 1),
    cost: {
      evaluation: evaluationCost(config),
      decode: vae?.multiplyAdds(config.inputSize) ?? 0,
    },
    foldedGuidance,
    ...learnedOf(config, manifest),
    classes: manifest?.classes ?? plainClasses(config.numClasses, classNames),
    styles: manifest?.styles ?? Array.from({ length: config.numStyles }, (_, i) => `Style ${i}`),
    defaults: guidable ? defaults : { ...defaults, guidance: 1 },
  };
}

function tinyVaeOf({ vae, hasPreview }: ModelParts): Pick<ModelInfo, 'tinyVae'> {
  if (hasPreview) return { tinyVae: 'previews' };
  return vae && isTiny(vae.config) ? { tinyVae: 'pictures' } : {};
}

function defaultsOf({ sampling, fast }: Manifest): ModelInfo['defaults'] {
  return { ...samplingOf(fast ?? sampling), guidanceChannels: sampling.cfg_channels };
}

function samplingOf({ sampler, steps, cfg_scale: guidance }: NonNullable<Manifest['fast']>) {
  return { sampler, steps, guidance };
}

/**
 * What the weights know besides, as far as the manifest names it.
 * @throws DyditError `checkpoint-unsupported` where there is a budget of routers that are not there
 */
function learnedOf(
  config: DitConfig,
  manifest: Manifest | undefined,
): Pick<ModelInfo, 'fast' | 'long' | 'variation' | 'budget' | 'unnamedInputs'> {
  const { conditions = 0, conditionNames, numStyles } = config;
  const { fast, sampling, variation, budget } = manifest ?? {};
  if (budget && !config.dynamic) {
    throw new DyditError(
      'checkpoint-unsupported',
      "The model's manifest has a budget, but the weights have no routers.",
      'The manifest and the weights belong to different models; export them together again.',
    );
  }
  const names = moveNames.filter((name) => conditionIndex(config, name) !== undefined);
  const styleBlend = numStyles > 1 ? (variation?.style_blend ?? 0) : 0;
  const isVaried = names.length > 0 || styleBlend > 0;
  return {
    ...(conditions > 0 && !conditionNames && { unnamedInputs: conditions }),
    ...(fast && sampling && { fast: samplingOf(fast), long: samplingOf(sampling) }),
    ...(isVaried && {
      variation: { names, default: variation?.default ?? 0, ...(styleBlend > 0 && { styleBlend }) },
    }),
    ...(budget && { budget: budget.toSorted((a, b) => a.shift - b.shift) }),
  };
}
