import type { TimeFrequencies } from '../config';

/** What a network may predict; of diffusion's v there is no sampler yet. */
export type Prediction = 'epsilon' | 'v' | 'flow-v';

/** What weights do not say by their shapes, as far as it is known. */
export interface ModelAnswers {
  readonly numHeads?: number;
  readonly prediction?: Prediction;
  /** What a flow model's time of 0 to 1 is multiplied with. */
  readonly timeScale?: number;
  readonly timeFrequencies?: TimeFrequencies;
  /** Classes without the null class. */
  readonly numClasses?: number;
  /** Whether the last row of the class table stands for "no class". */
  readonly nullClass?: boolean;
  /** S, latent pixels a side. */
  readonly inputSize?: number;
  /** What the network draws: latents that a VAE decodes, or the pixels themselves. */
  readonly space?: 'latents' | 'pixels';
  /** decode(z / latentScale) */
  readonly latentScale?: number;
  readonly latentShift?: number;
  readonly normGroups?: number;
  readonly classNames?: readonly string[];
  /** Whether the 1,000 classes are ImageNet's, whose names are known. */
  readonly imageNet?: boolean;
}

/** Answers from several sources; those that come first count. */
export function firstOf(...sources: readonly ModelAnswers[]): ModelAnswers {
  return sources.reduceRight<ModelAnswers>((later, source) => {
    const given = Object.entries(source).filter(([, value]) => value !== undefined);
    return { ...later, ...Object.fromEntries(given) };
  }, {});
}
