/*
 * What the authors measured: DyDiT, arXiv 2410.03456, table 8. Class-conditional ImageNet, 256 pixels, 250 steps of
 * DDPM, batched, on a V100.
 */

export const lambdas = [0.3, 0.5, 0.7] as const;

/** The share of the multiply-adds that a dynamic network was trained to keep. */
export type Lambda = (typeof lambdas)[number];

/** A network of the paper's, by the letter of its size; there is no L. */
export type PaperSize = 's' | 'b' | 'xl';

interface PaperRow {
  readonly secondsAPicture: number;
  /** Multiply-adds of an evaluation, in 10^9. */
  readonly work: number;
}

/** Static, then by lambda. */
const table: Readonly<Record<PaperSize, Readonly<Record<'static' | Lambda, PaperRow>>>> = {
  s: {
    static: { secondsAPicture: 0.65, work: 6.07 },
    0.3: { secondsAPicture: 0.32, work: 1.96 },
    0.5: { secondsAPicture: 0.42, work: 3.16 },
    0.7: { secondsAPicture: 0.51, work: 4.34 },
  },
  b: {
    static: { secondsAPicture: 2.09, work: 23.02 },
    0.3: { secondsAPicture: 0.89, work: 7.51 },
    0.5: { secondsAPicture: 1.22, work: 11.9 },
    0.7: { secondsAPicture: 1.57, work: 16.28 },
  },
  xl: {
    static: { secondsAPicture: 10.22, work: 118.69 },
    0.3: { secondsAPicture: 4.26, work: 38.85 },
    0.5: { secondsAPicture: 5.91, work: 57.88 },
    0.7: { secondsAPicture: 7.76, work: 84.33 },
  },
};

/** Multiply-adds that the authors' network keeps at a lambda, over those of the static one. */
export function paperShare(size: PaperSize, lambda: Lambda): number {
  return table[size][lambda].work / table[size].static.work;
}

/** How many times as fast as the static network theirs is. */
export function paperSpeedUp(size: PaperSize, lambda: Lambda): number {
  return table[size].static.secondsAPicture / table[size][lambda].secondsAPicture;
}
