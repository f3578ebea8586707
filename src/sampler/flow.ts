import { flowCleanEstimate } from './clean-estimate';
import type { Sampler } from './denoiser';
import { singleEvaluationSampler } from './single-evaluation';
import { checkStepCount } from './step-count';

/*
 * Flow models (SiT, arXiv 2401.08740, linear path): x_t = t*clean + (1 - t)*noise, the network
 * predicts v = dx/dt = clean - noise. Sampling integrates v from t = 0 (noise) to t = 1 in uniform
 * steps. The network receives 1000*t.
 */
const NETWORK_TIME_SCALE = 1000;

/**
 * Euler's method, first order, one evaluation a step.
 * @param steps 1..1000
 * @throws DyditError `invalid-request` where `steps` is out of range
 */
export function flowEulerSampler(steps: number): Sampler {
  return singleEvaluationSampler(
    startTimes(steps).map((t) => ({
      networkTime: NETWORK_TIME_SCALE * t,
      cleanEstimate: flowCleanEstimate(t),
      update: { latent: 1, weight0: 1 / steps, weight1: 0 },
    })),
  );
}

/**
 * Heun's method, second order: an Euler step, then the mean of the slopes at its two ends. The
 * last step is Euler's alone, so that t = 1 is never asked of the network; this is the habit of
 * EDM (arXiv 2206.00364, algorithm 1) and of diffusers' Heun schedulers, and one step of local
 * order 2 keeps the whole at order 2. Takes 2*steps - 1 evaluations.
 * @param steps 1..1000
 * @throws DyditError `invalid-request` where `steps` is out of range
 */
export function flowHeunSampler(steps: number): Sampler {
  const starts = startTimes(steps);
  const size = 1 / steps;
  const networkTimes = starts
    .flatMap((t, step) => (step + 1 < steps ? [t, starts[step + 1]] : [t]))
    .map((t) => NETWORK_TIME_SCALE * t);
  return {
    networkTimes,
    steps,
    async run(denoiser, from = 0) {
      for (const [step, t] of [...starts.entries()].slice(from)) {
        const isLastStep = step + 1 === steps;
        const eulerStep = { latent: 1, weight0: size, weight1: 0 };
        await denoiser.predict(2 * step, 0);
        if (isLastStep) {
          await denoiser.preview(flowCleanEstimate(t));
          await denoiser.update(eulerStep);
        } else {
          await denoiser.update(eulerStep);
          await denoiser.predict(2 * step + 1, 1);
          // The latent has already moved along slot 0 and is now at the end of the step.
          await denoiser.preview(flowCleanEstimate(starts[step + 1]));
          await denoiser.update({ latent: 1, weight0: -size / 2, weight1: size / 2 });
        }
        await denoiser.endStep({ step, steps });
      }
    },
  };
}

/** Most jumps a run takes: the shortest that models are taught are this share of the way. */
export const MAX_JUMPS = 16;

/**
 * Jumps of a flow map (Decoupled MeanFlow, arXiv 2510.24474): the network is told where a step begins
 * and where it ends, and predicts the mean velocity between, so that a few steps, or one, go all the
 * way. One evaluation a step.
 * @param steps 1..16
 * @throws DyditError `invalid-request` where `steps` is out of range
 */
export function flowJumpsSampler(steps: number): Sampler {
  checkStepCount(steps, MAX_JUMPS);
  return singleEvaluationSampler(
    startTimes(steps).map((t, step) => ({
      networkTime: NETWORK_TIME_SCALE * t,
      networkEnd: (NETWORK_TIME_SCALE * (step + 1)) / steps,
      cleanEstimate: flowCleanEstimate(t),
      update: { latent: 1, weight0: 1 / steps, weight1: 0 },
    })),
  );
}

/** t at the start of each step: 0, 1/steps, ... */
function startTimes(steps: number): readonly number[] {
  checkStepCount(steps);
  return Array.from({ length: steps }, (_, step) => step / steps);
}
