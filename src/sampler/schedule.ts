import { checkStepCount } from './step-count';

/**
 * One level of the respaced process. Symbols as in "Improved DDPM" (arXiv 2102.09672), section 2;
 * "previous" is the next less noisy level that is kept.
 */
export interface NoiseLevel {
  /** Timestep of the full 1000-step process, 0..999: what the network receives. */
  readonly timestep: number;
  /** Variance added on the way from the previous level to this one. */
  readonly beta: number;
  /** Share of the clean latent's variance left at this level: the product of all 1 - beta so far. */
  readonly alphaBar: number;
  /** `alphaBar` of the previous level; 1 at the first level. */
  readonly previousAlphaBar: number;
}

const TRAIN_STEPS = 1000;
const FIRST_BETA = 1e-4;
const LAST_BETA = 0.02;

/**
 * The linear schedule of official DiT (1000 betas from 1e-4 to 0.02) with `steps` of its levels
 * kept and their betas recomputed (arXiv 2102.09672, section 4, eq. 19). Ascending in noise.
 * @throws DyditError `invalid-request` where `steps` is not a whole number in 1..1000
 */
export function respacedSchedule(steps: number): readonly NoiseLevel[] {
  const trainAlphaBars = linearAlphaBars();
  const levels: NoiseLevel[] = [];
  let keptTrainAlphaBar = 1;
  let alphaBar = 1;
  for (const timestep of spacedTimesteps(steps)) {
    const trainAlphaBar = trainAlphaBars[timestep];
    const beta = 1 - trainAlphaBar / keptTrainAlphaBar;
    const previousAlphaBar = alphaBar;
    // Multiplied up again from the new betas, as the official code does, instead of copied.
    alphaBar *= 1 - beta;
    levels.push({ timestep, beta, alphaBar, previousAlphaBar });
    keptTrainAlphaBar = trainAlphaBar;
  }
  return levels;
}

/**
 * The timesteps kept of 1000, ascending: 0, then strides of 999 / (steps - 1), rounded. The stride
 * is summed up in f64 and rounded half to even because that is what decides ties in ADM's
 * `space_timesteps`, which official DiT and DyDiT use. One step keeps timestep 0, as there.
 * @throws DyditError `invalid-request` where `steps` is not a whole number in 1..1000
 */
export function spacedTimesteps(steps: number): readonly number[] {
  checkStepCount(steps);
  const stride = steps === 1 ? 1 : (TRAIN_STEPS - 1) / (steps - 1);
  const timesteps: number[] = [];
  for (let position = 0; timesteps.length < steps; position += stride) {
    timesteps.push(roundHalfToEven(position));
  }
  return timesteps;
}

/** (1000) */
function linearAlphaBars(): Float64Array {
  const alphaBars = new Float64Array(TRAIN_STEPS);
  const increment = (LAST_BETA - FIRST_BETA) / (TRAIN_STEPS - 1);
  let alphaBar = 1;
  for (let t = 0; t < TRAIN_STEPS; t++) {
    alphaBar *= 1 - (FIRST_BETA + t * increment);
    alphaBars[t] = alphaBar;
  }
  return alphaBars;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
