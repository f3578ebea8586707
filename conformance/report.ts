/** How one output of a case compares with the engine's. */
export interface OutputReport {
  readonly maxAbs: number;
  /** Largest absolute error over the largest |reference|. */
  readonly maxRel: number;
  /** Differing entries, for masks. */
  readonly mismatches?: number;
}

/** One case; the JSON file holds `{ cases: CaseReport[] }`. */
export interface CaseReport {
  readonly name: string;
  readonly pass: boolean;
  readonly outputs: Readonly<Record<string, OutputReport>>;
  /** Why the case could not be run to its end. */
  readonly error?: string;
}

/** Largest error allowed: a forward pass, and a whole sampling run. */
const forwardTolerance = 1e-4;
const sampledTolerance = 1e-3;

const sampledOutputs = new Set(['out_ddpm', 'out_ddim']);

/**
 * Whether an output is within its tolerance. The relative error counts: some cases' latents reach
 * hundreds, where f32 itself is coarser than the tolerance in absolute terms.
 */
export function passes(name: string, report: OutputReport): boolean {
  if (report.mismatches !== undefined) return report.mismatches === 0;
  const tolerance = sampledOutputs.has(name) ? sampledTolerance : forwardTolerance;
  return report.maxRel <= tolerance;
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
  return { ...report, mismatches };
}
