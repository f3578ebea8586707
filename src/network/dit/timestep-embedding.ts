import type { DitConfig } from '../config';
import { frequencyColumns } from './layers';

/** How a model wants its time. */
export type TimeForm = Pick<DitConfig, 'objective' | 'timeScale' | 'timeFrequencies'>;

/** Samplers of flow models hand out times of 0 to this. */
const samplerTimeScale = 1000;

/**
 * Sinusoidal timestep embedding [cos, sin] of t * exp(-ln(10000) * i / 128), i < 128; i / 127 for
 * diffusers' DiT. The time of a flow model is brought to its own scale first.
 * Made on the CPU: GPU sines lose digits at arguments near 1000. The frequencies are rounded to
 * f32 where PyTorch rounds them, because at t = 999 that rounding is visible.
 * @param times (T) timesteps as samplers hand them out
 * @returns (T, 256) row-major
 */
export function timestepEmbedding(
  times: readonly number[],
  { objective, timeScale = samplerTimeScale, timeFrequencies }: TimeForm = { objective: 'epsilon' },
): Float32Array<ArrayBuffer> {
  const half = frequencyColumns / 2;
  const steps = timeFrequencies === 'diffusers' ? half - 1 : half;
  const scale = objective === 'flow-v' ? timeScale / samplerTimeScale : 1;
  const out = new Float32Array(times.length * frequencyColumns);
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround(Math.fround(-Math.log(10000) * i) / steps);
    const frequency = Math.fround(Math.exp(exponent));
    times.forEach((time, row) => {
      const angle = Math.fround(Math.fround(time * scale) * frequency);
      out[row * frequencyColumns + i] = Math.cos(angle);
      out[row * frequencyColumns + half + i] = Math.sin(angle);
    });
  }
  return out;
}
