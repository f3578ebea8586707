/**
 * The columns of a tensor or of a weight: `groups` equal groups of `group` elements (heads, MLP
 * groups, or one group as wide as the axis). Gates switch whole groups.
 */
export interface Axis {
  readonly groups: number;
  /** Elements of a group. */
  readonly group: number;
}

/** An axis without gates. */
export function wholeAxis(elements: number): Axis {
  return { groups: 1, group: elements };
}

/** Elements of all groups. */
export function axisLength({ groups, group }: Axis): number {
  return groups * group;
}
