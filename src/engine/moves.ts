import type { MoveName } from '../network/conditions';
import { inverseNormal } from '../sampler/inverse-normal';
import { MOVES_STREAM } from '../sampler/normal';
import { drawWords } from '../sampler/words';

/** What a seed draws besides the noise. */
export interface DrawnMoves {
  readonly moves: Readonly<Record<MoveName, number>>;
  /** Chooses another style, 0..1. */
  readonly style: number;
  /** Its weight as a share of the largest, 0..1. */
  readonly styleWeight: number;
}

/** How often a move but the mirror is there. */
const share = 0.7;

/**
 * Moves as training drew them (training/augment.py, `draw_moves`): a mirror image by a coin; each
 * other with probability 0.7. Zoom goes out rather than in, and shifts stay small where nothing is
 * zoomed out. Each is made from a random word of its own, so that one more would change none.
 * @param seed 32-bit word
 */
export function drawMoves(seed: number): DrawnMoves {
  const words = drawWords(13, seed, MOVES_STREAM);
  const uniform = (index: number): number => (words[index] + 0.5) / 2 ** 32;
  const signed = (index: number): number => 2 * uniform(index) - 1;
  const there = (index: number, value: number): number => (uniform(index) < share ? value : 0);
  const zoom = 1.2 * uniform(2) - 1;
  const reach = 0.3 - 0.7 * Math.min(zoom, 0);
  return {
    moves: {
      mirror: uniform(0) < 0.5 ? 1 : 0,
      tilt: there(6, Math.max(-2, Math.min(2, inverseNormal(words[1]))) / 2),
      zoom: there(7, zoom),
      shift_x: there(8, reach * signed(3)),
      shift_y: there(9, reach * signed(4)),
      hue: there(10, signed(5) ** 3),
    },
    style: uniform(11),
    styleWeight: uniform(12),
  };
}
