import type { UpdateCoefficients } from '../ops/run-values';
import { epsilonCleanEstimate } from './clean-estimate';
import type { Sampler } from './denoiser';
import { respacedSchedule, type NoiseLevel } from './schedule';
import { singleEvaluationSampler } from './single-evaluation';

/**
 * "Denoising Diffusion Implicit Models" (arXiv 2010.02502), eq. 12 without noise (eta 0), over the
 * same timesteps as DDPM, as official DiT and DyDiT do it. For networks that predict epsilon; a
 * learned variance is not used.
 * @param steps 1..1000
 * @throws DyditError `invalid-request` where `steps` is out of range
 */
export function ddimSampler(steps: number): Sampler {
  const descending = respacedSchedule(steps).toReversed();
  return singleEvaluationSampler(
    descending.map((level) => ({
      networkTime: level.timestep,
      cleanEstimate: epsilonCleanEstimate(level),
      update: implicitUpdate(level),
    })),
  );
}

/** x <- sqrt(previous) * clean + sqrt(1 - previous) * prediction */
function implicitUpdate(level: NoiseLevel): UpdateCoefficients {
  const clean = epsilonCleanEstimate(level);
  const cleanWeight = Math.sqrt(level.previousAlphaBar);
  const direction = Math.sqrt(1 - level.previousAlphaBar);
  return {
    latent: cleanWeight * clean.latent,
    weight0: cleanWeight * clean.prediction + direction,
    weight1: 0,
  };
}
