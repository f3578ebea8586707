import { requestLimits } from '../engine/limits';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What the visitor may ask for, both ends included. */
export const limits = { ...requestLimits, guidance: { min: 1, max: 10 } } as const;

export function clamp(value: number, { min, max }: Range): number {
  return Math.min(max, Math.max(min, value));
}
