import type { ActiveWidth, Unit } from '../../ops/width';
import type { DitConfig } from '../config';

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
 * Dynamic width by the routers (TDW, DyDiT section 3.2): a unit is active where its logit is over
 * 0, the first of a layer always.
 * @param logits (evaluations, 2L(H-1)): for each layer its head logits, then its group logits, of
 * units 1..H-1
 */
export function routedWidth(
  config: DitConfig,
  evaluations: number,
  logits: Float32Array,
): ActiveWidth {
  const { depth, numHeads } = config;
  const width = openWidth(config, evaluations);
  const kinds: readonly Unit[] = ['heads', 'groups'];
  for (let cell = 0; cell < evaluations * depth; cell++) {
    for (const [kind, unit] of kinds.entries()) {
      const start = (cell * 2 + kind) * (numHeads - 1) - 1;
      for (let i = 1; i < numHeads; i++) {
        width[unit][cell * numHeads + i] = logits[start + i] > 0 ? 1 : 0;
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
