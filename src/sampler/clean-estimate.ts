import type { EstimateCoefficients } from '../ops/run-values';
import type { NoiseLevel } from './schedule';

/**
 * For a network that predicts the noise in x = sqrt(alphaBar)*clean + sqrt(1 - alphaBar)*noise
 * ("Denoising Diffusion Probabilistic Models", arXiv 2006.11239, eq. 4 solved for the clean latent).
 */
export function epsilonCleanEstimate({
  alphaBar,
}: Pick<NoiseLevel, 'alphaBar'>): EstimateCoefficients {
  return { latent: Math.sqrt(1 / alphaBar), prediction: -Math.sqrt(1 / alphaBar - 1) };
}

/**
 * For a network that predicts v = clean - noise on the path x = t*clean + (1 - t)*noise: the rest
 * of the way in a straight line.
 * @param t time of the latent, 0 (noise) to 1 (clean)
 */
export function flowCleanEstimate(t: number): EstimateCoefficients {
  return { latent: 1, prediction: 1 - t };
}
