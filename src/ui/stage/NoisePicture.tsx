import { useMemo } from 'react';
import type { Picture } from '../../engine/api';
import { PictureCanvas } from '../parts/PictureCanvas';

const size = 12;

/** Pale noise of a seed: every picture starts as noise, and so does its place on the page. */
export function NoisePicture({ seed }: { seed: number }) {
  const picture = useMemo(() => paleNoise(seed), [seed]);
  return <PictureCanvas picture={picture} label="" />;
}

function paleNoise(seed: number): Picture {
  const rgba = new Uint8ClampedArray(size * size * 4);
  let state = (seed ^ 0x9e3779b9) >>> 0;
  for (let i = 0; i < rgba.length; i++) {
    // mulberry32: decoration only, the engine's noise is its own
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    rgba[i] = i % 4 === 3 ? 255 : 176 + (((mixed ^ (mixed >>> 14)) >>> 0) % 80);
  }
  return { width: size, height: size, rgba };
}
