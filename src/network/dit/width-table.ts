import type { ActiveWidth, Unit } from '../../ops/width';
import { isToldEnd, type DitConfig } from '../config';

/** Everything active at every evaluation. */
export function openWidth({ depth, numHeads }: DitConfig, evaluations: number): ActiveWidth {
  const cells = evaluations * depth * numHeads;
  return {
    evaluations,
    layers: depth,
    units: numHeads,
    heads: new Uint8Array(cells).fill(1),
    groups: new Uint8Array(cells).fill(1),
  };
}

/**
 * What the width routers say, (evaluations, 2L(H-1)): for each layer its head logits, then its group
 * logits, of units 1..H-1.
 */
export interface WidthLogits {
  /** At the timesteps where steps begin. */
  readonly begin: Float32Array;
  /** Where they end, for the layers that are told; `begin` where absent. */
  readonly end?: Float32Array;
  /** Added to all, in f32; 0 if absent. */
  readonly shift?: number;
}

/**
 * Dynamic width by the routers (TDW, DyDiT section 3.2): a unit is active where its logit is over
 * 0, the first of a layer always.
 */
export function routedWidth(
  config: DitConfig,
  evaluations: number,
  { begin, end = begin, shift = 0 }: WidthLogits,
): ActiveWidth {
  const { depth, numHeads } = config;
  const width = openWidth(config, evaluations);
  const kinds: readonly Unit[] = ['heads', 'groups'];
  for (let cell = 0; cell < evaluations * depth; cell++) {
    const logits = isToldEnd(config, cell % depth) ? end : begin;
    for (const [kind, unit] of kinds.entries()) {
      const start = (cell * 2 + kind) * (numHeads - 1) - 1;
      for (let i = 1; i < numHeads; i++) {
        width[unit][cell * numHeads + i] = Math.fround(logits[start + i] + shift) > 0 ? 1 : 0;
      }
    }
  }
  return width;
}

/** Number of active units, [evaluation][layer]. */
export function activeCounts(width: ActiveWidth, unit: Unit): Uint16Array<ArrayBuffer> {
  const counts = new Uint16Array(width.evaluations * width.layers);
  for (const [i, active] of width[unit].entries()) counts[Math.floor(i / width.units)] += active;
  return counts;
}
