/**
 * Moves of a drawing that a network can be told of, each 0 where there is none: `mirror` 0 or 1, the
 * others -1..1. `tilt` 1 is 20 degrees clockwise, `zoom` a factor exp(0.25), `shift_x` and `shift_y`
 * a tenth of the side to the right and down, `hue` 0.08 of a turn.
 */
export const moveNames = ['mirror', 'tilt', 'zoom', 'shift_x', 'shift_y', 'hue'] as const;

export type MoveName = (typeof moveNames)[number];

/** Moves by name; what is absent is 0. */
export type Moves = Readonly<Partial<Record<MoveName, number>>>;

/**
 * Linear inputs of a network, by the names that manifests give them: the moves; `soft`, 1 for a drawing
 * of low resolution; `guidance`, the guidance scale less 1.
 */
export const conditionNames = [...moveNames, 'soft', 'guidance'] as const;

export type ConditionName = (typeof conditionNames)[number];

/** Which linear input has a name; undefined where none has. */
export function conditionIndex(
  { conditionNames: names }: { readonly conditionNames?: readonly ConditionName[] },
  name: ConditionName,
): number | undefined {
  const index = names?.indexOf(name) ?? -1;
  return index < 0 ? undefined : index;
}
