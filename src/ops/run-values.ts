/**
 * x <- latent*x + weight0*p0 + weight1*p1 + noise term; see `UpdateOp`. Coefficients come from the
 * schedule in f64; the arithmetic on x is f32.
 */
export interface UpdateCoefficients {
  readonly latent: number;
  readonly weight0: number;
  readonly weight1: number;
  /** Absent where the step is deterministic. */
  readonly noise?: { readonly minLog: number; readonly maxLog: number };
}

/** Estimate of the clean latent: latent*x + prediction*p. */
export interface EstimateCoefficients {
  readonly latent: number;
  readonly prediction: number;
}

/** What may change from one run of a program to the next; each op reads what concerns it. */
export interface RunValues {
  /** Evaluation of the run of the sampler: chooses the width record and the first temb row. */
  readonly evaluation?: number;
  /** Row of the modulation tensors that belongs to item 0. */
  readonly modulationRow?: number;
  readonly update?: UpdateCoefficients;
  readonly estimate?: EstimateCoefficients;
}
