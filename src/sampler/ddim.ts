import { DyditError } from '../errors';
import { epsilonCleanEstimate } from './clean-estimate';
import type { LatentUpdate, Sampler } from './denoiser';
import { respacedSchedule, type NoiseLevel } from './schedule';
import { singleEvaluationSampler } from './single-evaluation';

/**
 * "Denoising Diffusion Implicit Models" (arXiv 2010.02502), eq. 12, over the same timesteps as
 * DDPM, as official DiT and DyDiT do it. For networks that predict epsilon; a learned variance is
 * not used.
 * @param steps 1..1000
 * @param eta 0 (deterministic) to 1 (as much noise as DDPM with the posterior variance)
 * @throws DyditError `invalid-request` where `steps` or `eta` is out of range
 */
export function ddimSampler(steps: number, eta = 0): Sampler {
  if (!(eta >= 0 && eta <= 1)) {
    throw new DyditError(
      'invalid-request',
      `DDIM's eta cannot be ${eta}.`,
      'Ask for an eta from 0 to 1.',
    );
  }
  const descending = respacedSchedule(steps).toReversed();
  return singleEvaluationSampler(
    descending.map((level) => ({
      networkTime: level.timestep,
      cleanEstimate: epsilonCleanEstimate(level),
      update: implicitUpdate(level, eta),
    })),
  );
}

/** x <- sqrt(previous) * clean + sqrt(1 - previous - sigma^2) * prediction + sigma * noise */
function implicitUpdate(level: NoiseLevel, eta: number): LatentUpdate {
  const { alphaBar, previousAlphaBar } = level;
  const clean = epsilonCleanEstimate(level);
  const cleanWeight = Math.sqrt(previousAlphaBar);
  // eq. 16; 0 in the last step, where previousAlphaBar is 1.
  const variance =
    eta ** 2 * ((1 - previousAlphaBar) / (1 - alphaBar)) * (1 - alphaBar / previousAlphaBar);
  const direction = Math.sqrt(1 - previousAlphaBar - variance);
  const mean: LatentUpdate = {
    latent: cleanWeight * clean.latent,
    predictions: [{ slot: 0, weight: cleanWeight * clean.prediction + direction }],
  };
  if (variance === 0) return mean;
  // Equal bounds leave a learned variance without effect.
  const logVariance = Math.log(variance);
  return { ...mean, noise: { minLog: logVariance, maxLog: logVariance } };
}
