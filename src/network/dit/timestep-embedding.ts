import { frequencyColumns } from './layers';

/**
 * Sinusoidal timestep embedding [cos, sin] of t * exp(-ln(10000) * i / 128), i < 128.
 * Made on the CPU: GPU sines lose digits at arguments near 1000. The frequencies are rounded to
 * f32 where PyTorch rounds them, because at t = 999 that rounding is visible.
 * @param times (T) timesteps as the network receives them
 * @returns (T, 256) row-major
 */
export function timestepEmbedding(times: readonly number[]): Float32Array<ArrayBuffer> {
  const half = frequencyColumns / 2;
  const out = new Float32Array(times.length * frequencyColumns);
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround(Math.fround(-Math.log(10000) * i) / half);
    const frequency = Math.fround(Math.exp(exponent));
    times.forEach((time, row) => {
      const angle = Math.fround(Math.fround(time) * frequency);
      out[row * frequencyColumns + i] = Math.cos(angle);
      out[row * frequencyColumns + half + i] = Math.sin(angle);
    });
  }
  return out;
}
