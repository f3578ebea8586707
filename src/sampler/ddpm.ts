import type { UpdateCoefficients } from '../ops/run-values';
import { epsilonCleanEstimate } from './clean-estimate';
import type { Sampler } from './denoiser';
import { respacedSchedule, type NoiseLevel } from './schedule';
import { singleEvaluationSampler } from './single-evaluation';

/**
 * Ancestral sampling with learned-range variance, as official DiT and DyDiT do it: no clipping of
 * the clean estimate, no noise in the last step. For networks that predict epsilon.
 * @param steps 1..1000
 * @throws DyditError `invalid-request` where `steps` is out of range
 */
export function ddpmSampler(steps: number): Sampler {
  const descending = respacedSchedule(steps).toReversed();
  return singleEvaluationSampler(
    descending.map((level) => ({
      networkTime: level.timestep,
      cleanEstimate: epsilonCleanEstimate(level),
      update: ancestralUpdate(level),
    })),
  );
}

/**
 * x <- posterior mean of the previous level given x and the clean estimate (arXiv 2102.09672,
 * eq. 11), the clean estimate written out in x and the prediction, plus noise.
 */
function ancestralUpdate(level: NoiseLevel): UpdateCoefficients {
  const { beta, alphaBar, previousAlphaBar } = level;
  const clean = epsilonCleanEstimate(level);
  const cleanWeight = (beta * Math.sqrt(previousAlphaBar)) / (1 - alphaBar);
  const latentWeight = ((1 - previousAlphaBar) * Math.sqrt(1 - beta)) / (1 - alphaBar);
  const mean: UpdateCoefficients = {
    latent: latentWeight + cleanWeight * clean.latent,
    weight0: cleanWeight * clean.prediction,
    weight1: 0,
  };
  const isLastStep = previousAlphaBar === 1;
  return isLastStep ? mean : { ...mean, noise: learnedRange(level) };
}

/**
 * Bounds between which the network interpolates: the posterior variance and beta. The posterior
 * variance is 0 only at the first level, where official code clips its logarithm and then gives
 * the noise weight 0; that level never comes here.
 */
function learnedRange({
  beta,
  alphaBar,
  previousAlphaBar,
}: NoiseLevel): UpdateCoefficients['noise'] {
  const posteriorVariance = (beta * (1 - previousAlphaBar)) / (1 - alphaBar);
  return { minLog: Math.log(posteriorVariance), maxLog: Math.log(beta) };
}
