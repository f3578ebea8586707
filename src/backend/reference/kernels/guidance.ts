/** u + scale * (c - u) of the two halves' predictions of one value. */
export function guide(conditional: number, unconditional: number, scale: number): number {
  return unconditional + scale * (conditional - unconditional);
}
