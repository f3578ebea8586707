/** What one step does to a latent. */
export interface StepCoefficients {
  readonly latent: number;
  readonly weight0: number;
  readonly weight1: number;
  /** 1 where noise is added, else 0. */
  readonly noise: number;
  /** Log of the posterior variance (clipped), and of beta: the ends of the learned range. */
  readonly minLog: number;
  readonly maxLog: number;
}

/** What a step reads at one value of a latent. */
export interface StepInputs {
  readonly x: number;
  readonly p0: number;
  readonly p1: number;
  readonly noise: number;
  /** Network output v of the learned range, where there is one. */
  readonly v?: number;
}

/** logvar = f*maxLog + (1-f)*minLog, f = (v+1)/2, or maxLog where the variance is not learned. */
function logVariance({ minLog, maxLog }: StepCoefficients, v: number | undefined): number {
  if (v === undefined) return maxLog;
  const f = (v + 1) / 2;
  return f * maxLog + (1 - f) * minLog;
}

/** latent*x + weight0*p0 + weight1*p1 + noise * sqrt(variance) */
export function samplerUpdate(step: StepCoefficients, inputs: StepInputs): number {
  const mean = step.latent * inputs.x + step.weight0 * inputs.p0 + step.weight1 * inputs.p1;
  if (step.noise === 0) return mean;
  return mean + Math.sqrt(Math.exp(logVariance(step, inputs.v))) * inputs.noise;
}
