/** What a gate switches: attention heads, or groups of MLP channels. */
export type Unit = 'heads' | 'groups';

/**
 * Dynamic width of a whole run: which units are active at each evaluation and layer. It depends on
 * the timestep alone, so it is known before sampling starts. Plain data, to cross to workers.
 */
export interface ActiveWidth {
  readonly evaluations: number;
  readonly layers: number;
  /** H, units of a layer. */
  readonly units: number;
  /** (evaluations, layers, H) of 0 or 1. */
  readonly heads: Uint8Array<ArrayBuffer>;
  /** (evaluations, layers, H) of 0 or 1. */
  readonly groups: Uint8Array<ArrayBuffer>;
}

/** Which columns of a linear layer a gate switches: those of a layer's units, `repeat` times over. */
export interface Gate {
  readonly layer: number;
  readonly unit: Unit;
  /** 3 for q, k and v: the axis is the heads of q, then those of k, then those of v. */
  readonly repeat: 1 | 3;
}

/** Indices of the units that are active at an evaluation, ascending. */
export function activeUnits(
  width: ActiveWidth,
  unit: Unit,
  evaluation: number,
  layer: number,
): readonly number[] {
  const start = (evaluation * width.layers + layer) * width.units;
  const active: number[] = [];
  for (let i = 0; i < width.units; i++) if (width[unit][start + i] !== 0) active.push(i);
  return active;
}

/** Indices of the groups of a gated axis that are active at an evaluation, ascending. */
export function activeGroups(
  width: ActiveWidth,
  { layer, unit, repeat }: Gate,
  evaluation: number,
): readonly number[] {
  const active = activeUnits(width, unit, evaluation, layer);
  return Array.from({ length: repeat }, (_, part) => part * width.units).flatMap((start) =>
    active.map((index) => start + index),
  );
}
