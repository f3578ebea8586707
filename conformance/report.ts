import type { Precision } from '../src/backend/backend';

/** How one output of a case compares with the engine's. */
export interface OutputReport {
  readonly maxAbs: number;
  /** Largest absolute error over the largest |reference|. */
  readonly maxRel: number;
  /** Differing entries, for masks, and how many there are. */
  readonly mismatches?: number;
  readonly entries?: number;
}

/** One case; the JSON file holds `{ cases: CaseReport[] }`. */
export interface CaseReport {
  readonly name: string;
  /** The kernel that was forced, and the precision that was asked for, if any. */
  readonly variant?: string;
  readonly precision?: Precision;
  readonly pass: boolean;
  readonly outputs: Readonly<Record<string, OutputReport>>;
  /** Why the case could not be run to its end. */
  readonly error?: string;
}

/** What a precision may be off by. */
interface Allowed {
  /** Largest error over the largest |reference|: of a forward pass, and of a whole sampling run. */
  readonly forward: number;
  readonly sampled: number;
  /** Share of the entries of a mask. */
  readonly flips: number;
}

const allowed: Readonly<Record<Precision, Allowed>> = {
  exact: { forward: 1e-4, sampled: 1e-3, flips: 0 },
  // A token that flips takes all that its MLP would have added with it.
  fast: { forward: 0.01, sampled: 0.01, flips: 0.01 },
};

const sampledOutputs = new Set(['out_ddpm', 'out_ddim']);

/**
 * Whether an output is within its tolerance. The relative error counts: some cases' latents reach
 * hundreds, where f32 itself is coarser than the tolerance in absolute terms.
 */
export function passes(name: string, report: OutputReport, precision: Precision): boolean {
  const { maxRel, mismatches, entries = 0 } = report;
  const { forward, sampled, flips } = allowed[precision];
  if (mismatches !== undefined) return mismatches <= flips * entries;
  return maxRel <= (sampledOutputs.has(name) ? sampled : forward);
}

/** @throws Error where the lengths differ */
export function compare(actual: ArrayLike<number>, reference: ArrayLike<number>): OutputReport {
  if (actual.length !== reference.length) {
    throw new Error(`${actual.length} values were made; the case has ${reference.length}.`);
  }
  let maxAbs = 0;
  let largest = 0;
  for (let i = 0; i < reference.length; i++) {
    const difference = Math.abs(actual[i] - reference[i]);
    // NaN compares false with everything, so it is asked for by name.
    if (Number.isNaN(difference)) return { maxAbs: Infinity, maxRel: Infinity };
    maxAbs = Math.max(maxAbs, difference);
    largest = Math.max(largest, Math.abs(reference[i]));
  }
  return { maxAbs, maxRel: largest === 0 ? maxAbs : maxAbs / largest };
}

export function compareMasks(
  actual: ArrayLike<number>,
  reference: ArrayLike<number>,
): OutputReport {
  const report = compare(actual, reference);
  let mismatches = 0;
  for (let i = 0; i < reference.length; i++) if (actual[i] !== reference[i]) mismatches++;
  return { ...report, mismatches, entries: reference.length };
}
