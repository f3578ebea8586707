/** One of two places a guided prediction can be kept; Heun needs both. */
export type PredictionSlot = 0 | 1;

/**
 * x <- latent*x + sum_i predictions[i].weight * prediction(slot i) + noise term.
 * Every coefficient is computed in f64 from the schedule; the arithmetic on x is f32.
 */
export interface LatentUpdate {
  /** Factor of the old latent. */
  readonly latent: number;
  readonly predictions: readonly { readonly slot: PredictionSlot; readonly weight: number }[];
  /** Absent where the step is deterministic. */
  readonly noise?: NoiseTerm;
}

/**
 * noise * exp(0.5 * logvar). With learned variance logvar = f*maxLog + (1-f)*minLog,
 * f = (v+1)/2, v the variance channels of slot 0 ("Improved DDPM", arXiv 2102.09672, eq. 15);
 * where the model has no variance channels maxLog = minLog.
 */
export interface NoiseTerm {
  readonly minLog: number;
  readonly maxLog: number;
}

/** Estimate of the clean latent: latent*x + prediction*p(slot 0), for previews. */
export interface CleanEstimate {
  readonly latent: number;
  readonly prediction: number;
}

/** What a step reports before the latent moves on. */
export interface SamplerStep {
  /** 0-based, in the order taken. */
  readonly step: number;
  readonly steps: number;
}

/**
 * What a sampler needs of a model. The latent lives inside (a GPU buffer; an array in tests), so a
 * sampler is only the order of operations and their coefficients.
 */
export interface Denoiser {
  /**
   * Runs the network with guidance on the present latent.
   * @param evaluation index into the sampler's `networkTimes`
   */
  predict(evaluation: number, slot: PredictionSlot): void;
  update(update: LatentUpdate): void;
  /**
   * Called once a step, after its last `predict` and before its last `update`; `estimate` turns
   * the present latent and slot 0 into a guess of the clean latent.
   */
  preview(estimate: CleanEstimate): void;
  /** Resolves once the step's work is under way; rejects on cancel, device loss or non-finite values. */
  endStep(step: SamplerStep): Promise<void>;
}

/** A sampler bound to its number of steps. */
export interface Sampler {
  /** Timesteps the network receives, one per evaluation, in the order `run` asks for them. */
  readonly networkTimes: readonly number[];
  readonly steps: number;
  run(denoiser: Denoiser): Promise<void>;
}
