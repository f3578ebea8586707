import type { TimeFrequencies } from '../config';

/** Columns of the timestep embedding in official DiT. */
export const TIMESTEP_COLUMNS = 256;

/** [cos, sin] of t * exp(-ln(10000) * i/128), i < 128; in diffusers i/127 -> (256) */
export function timestepSinusoids(t: number, of: TimeFrequencies = 'official'): Float64Array {
  const half = TIMESTEP_COLUMNS / 2;
  const steps = of === 'diffusers' ? half - 1 : half;
  const angle = (i: number) => t * Math.exp((-Math.log(10000) * i) / steps);
  return Float64Array.from({ length: TIMESTEP_COLUMNS }, (_, i) =>
    i < half ? Math.cos(angle(i)) : Math.sin(angle(i - half)),
  );
}

/**
 * The fixed 2-D position table of DiT, which is that of MAE (arXiv 2111.06377, official code):
 * columns 0..D/2 encode the token's column, D/2..D its row, each as [sin, cos] of
 * position * 10000^(-i / (D/4)), i < D/4.
 * @param side tokens a side
 * @param width D
 * @returns (N, D)
 */
export function positionSinusoids(side: number, width: number): Float64Array {
  const quarter = width / 4;
  return Float64Array.from({ length: side * side * width }, (_, i) => {
    const token = Math.floor(i / width);
    const part = Math.floor((i % width) / quarter);
    const position = part < 2 ? token % side : Math.floor(token / side);
    const angle = position * 10000 ** (-(i % quarter) / quarter);
    return part % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}
