export interface Range {
  readonly min: number;
  readonly max: number;
}

export const limits = {
  seed: { min: 0, max: 0xffffffff },
  steps: { min: 1, max: 250 },
  guidance: { min: 1, max: 10 },
  images: { min: 1, max: 16 },
} as const;

export function clamp(value: number, { min, max }: Range): number {
  return Math.min(max, Math.max(min, value));
}
