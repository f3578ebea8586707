import type { ConditionName } from './conditions';

/** What the network predicts, and with it which samplers fit. */
export type Objective = 'epsilon' | 'flow-v';

/**
 * The official code embeds time t by t * 10000^(-i/128), i < 128; diffusers' DiT by
 * t * 10000^(-i/127), so that the same weights draw slightly other pictures there.
 */
export type TimeFrequencies = 'official' | 'diffusers';

/**
 * Shape of a DiT or DyDiT. Letters as in the README: D hidden size, H heads, L layers, P patch
 * size, C latent channels, S latent side, N = (S/P)^2 tokens, F = mlpRatio*D.
 */
export interface DitConfig {
  /** S, latent pixels a side. */
  readonly inputSize: number;
  /** P */
  readonly patchSize: number;
  /** C */
  readonly inChannels: number;
  /** D */
  readonly hiddenSize: number;
  /** L */
  readonly depth: number;
  /** H */
  readonly numHeads: number;
  /** F / D */
  readonly mlpRatio: number;
  /** True where the network also predicts the variance (Cout = 2C). */
  readonly learnSigma: boolean;
  /** Classes without the null class. */
  readonly numClasses: number;
  /** False where the class table has no row for "no class": such a model can't be guided. True if absent. */
  readonly nullClass?: boolean;
  /** Styles without the null style; 0 where the model has no style table. */
  readonly numStyles: number;
  readonly objective: Objective;
  /**
   * What a flow model's time of 0 to 1 is multiplied with before the network gets it: 1000 if
   * absent, 1 in the official SiT.
   */
  readonly timeScale?: number;
  /** Whose frequencies embed the time; the official code's if absent. */
  readonly timeFrequencies?: TimeFrequencies;
  /** K, linear inputs; 0 if absent. */
  readonly conditions?: number;
  /** Names of the linear inputs, in order; without them all stay 0. */
  readonly conditionNames?: readonly ConditionName[];
  /**
   * The last so many blocks, and the final layer, are told where a step ends in place of where it
   * begins; 0 if absent, and then the network knows velocities alone.
   */
  readonly jumpBlocks?: number;
  /** True where the checkpoint has head, group and token routers (DyDiT). */
  readonly dynamic: boolean;
}

/** Tokens of an image: N = (S/P)^2. */
export function tokenCount({ inputSize, patchSize }: DitConfig): number {
  return (inputSize / patchSize) ** 2;
}

/** Rows of the class table: the classes, then the null class where there is one. */
export function classRows({ numClasses, nullClass = true }: DitConfig): number {
  return numClasses + (nullClass ? 1 : 0);
}

/** Whether the network can be told where a step ends. */
export function hasJumps({ jumpBlocks = 0 }: DitConfig): boolean {
  return jumpBlocks > 0;
}

/** Whether a block is told where a step ends, in place of where it begins. */
export function isToldEnd({ depth, jumpBlocks = 0 }: DitConfig, layer: number): boolean {
  return layer >= depth - jumpBlocks;
}

/** Cout: 2C where the network also predicts the variance. */
export function outChannels({ inChannels, learnSigma }: DitConfig): number {
  return learnSigma ? 2 * inChannels : inChannels;
}

/** Shape of diffusers' AutoencoderKL decoder. */
export interface VaeConfig {
  readonly latentChannels: number;
  /** Channels of the encoder's levels, lowest resolution last; the decoder walks them backwards. */
  readonly blockOutChannels: readonly number[];
  readonly layersPerBlock: number;
  readonly normNumGroups: number;
  readonly midBlockAddAttention: boolean;
  /** decode(z / scalingFactor) */
  readonly scalingFactor: number;
}

/** Shape of TAESD's decoder, which has neither norms nor attention. */
export interface TinyVaeConfig {
  readonly latentChannels: number;
  /** Channels of the decoder's levels, lowest resolution first. */
  readonly blockOutChannels: readonly number[];
  readonly blocksPerLevel: readonly number[];
  /** decode(z / scalingFactor) */
  readonly scalingFactor: number;
}

/** Shape of a picture decoder. */
export type DecoderConfig = VaeConfig | TinyVaeConfig;

export function isTiny(config: DecoderConfig): config is TinyVaeConfig {
  return 'blocksPerLevel' in config;
}
