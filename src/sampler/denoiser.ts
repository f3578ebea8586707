import type { EstimateCoefficients, UpdateCoefficients } from '../ops/run-values';

/** One of two places a guided prediction can be kept; Heun needs both. */
export type PredictionSlot = 0 | 1;

/** A step of a sampler. */
export interface SamplerStep {
  /** 0-based, in the order taken. */
  readonly step: number;
  readonly steps: number;
}

/**
 * What a sampler needs of a model. The latent lives inside (in a device's memory; an array in
 * tests), so a sampler is only the order of operations and their coefficients. Each call takes
 * effect after those before it; on a device it resolves when its work is under way.
 */
export interface Denoiser {
  /**
   * Runs the network with guidance on the present latent.
   * @param evaluation index into the sampler's `networkTimes`
   */
  predict(evaluation: number, slot: PredictionSlot): Promise<void>;
  /** Moves the latent: x <- latent*x + weight0*p(slot 0) + weight1*p(slot 1) + noise term. */
  update(coefficients: UpdateCoefficients): Promise<void>;
  /**
   * Called once a step, after its last `predict` and before its last `update`; the coefficients
   * turn the present latent and slot 0 into a guess of the clean latent.
   */
  preview(coefficients: EstimateCoefficients): Promise<void>;
  /** Resolves once the step's work is under way; rejects on cancel, device loss or non-finite values. */
  endStep(step: SamplerStep): Promise<void>;
}

/** A sampler bound to its number of steps. */
export interface Sampler {
  /** Timesteps the network receives, one per evaluation, in the order `run` asks for them. */
  readonly networkTimes: readonly number[];
  /**
   * Timestep at which the step of each evaluation ends, for a network that is told it and then
   * predicts the mean velocity of the way; absent where velocities are asked for.
   */
  readonly networkEnds?: readonly number[];
  readonly steps: number;
  /**
   * Takes the steps from `from` on, all where it is absent. A step needs nothing of those before it
   * but the latent, so that a run can go on from what it was between two steps.
   * @param from 0..steps; the denoiser's latent is then what it was after that many
   */
  run(denoiser: Denoiser, from?: number): Promise<void>;
}
