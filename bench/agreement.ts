import { DyditError } from '../src/errors';

/** What an evaluation gave. */
export interface Output {
  /** (B * Cout, S * S) */
  readonly prediction: Float32Array;
  /** (L, B*N) of 0 or 1; empty where all tokens are kept. */
  readonly kept: Uint32Array;
}

/** How far outputs were from what they were compared with. */
export interface Agreement {
  /** Largest difference. */
  readonly maxError: number;
  /** Tokens that one kept and the other did not. */
  readonly otherTokens: number;
}

/** An item of an output of `items`, `layers` blocks deep. */
export function itemOf(
  { prediction, kept }: Output,
  item: number,
  { items, layers }: { readonly items: number; readonly layers: number },
): Output {
  const size = prediction.length / items;
  const tokens = kept.length / (layers * items);
  const gates = Array.from({ length: layers }, (_, layer) => {
    const start = (layer * items + item) * tokens;
    return [...kept.subarray(start, start + tokens)];
  });
  return {
    prediction: prediction.subarray(item * size, (item + 1) * size),
    kept: Uint32Array.from(gates.flat()),
  };
}

/** Largest difference in sizes of the output (its root mean square), where the masks are the same. */
export const tolerance = 2e-3;

/**
 * A router's logit next to 0 falls to either side by rounding, and its token then differs wholly.
 * Up to this share of tokens may, and the root mean square of the differences is then held to that.
 */
export const otherTokensTolerance = { share: 2e-3, difference: 3e-2 };

/**
 * Compares evaluations one by one.
 * @param what names the outputs in the message
 * @throws DyditError `internal` where they don't agree
 */
export function expectAgreement(
  what: string,
  actual: readonly Output[],
  expected: readonly Output[],
): Agreement {
  if (actual.length !== expected.length) {
    throw disagreement(what, `${actual.length} outputs for ${expected.length}`);
  }
  const each = actual.map((output, i) => agreementOf(what, output, expected[i]));
  return {
    maxError: Math.max(...each.map(({ maxError }) => maxError)),
    otherTokens: each.reduce((sum, { otherTokens }) => sum + otherTokens, 0),
  };
}

function agreementOf(what: string, actual: Output, expected: Output): Agreement {
  const size = rootMeanSquare(expected.prediction);
  if (actual.prediction.length !== expected.prediction.length || !(size > 0)) {
    throw disagreement(
      what,
      `${actual.prediction.length} numbers for ${expected.prediction.length} of size ${size}`,
    );
  }
  if (!actual.prediction.every(Number.isFinite)) {
    throw disagreement(what, 'numbers that are not finite');
  }
  const otherTokens = countOthers(what, actual.kept, expected.kept);
  const differences = actual.prediction.map((value, i) => value - expected.prediction[i]);
  const maxError = differences.reduce((most, d) => Math.max(most, Math.abs(d)), 0);
  const far =
    otherTokens === 0
      ? maxError > tolerance * size
      : rootMeanSquare(differences) > otherTokensTolerance.difference * size;
  if (far) {
    throw disagreement(
      what,
      `largest difference ${maxError.toExponential(2)} for outputs of size ${size.toFixed(3)}, ${otherTokens} tokens kept otherwise`,
    );
  }
  return { maxError, otherTokens };
}

function countOthers(what: string, actual: Uint32Array, expected: Uint32Array): number {
  if (actual.length !== expected.length) {
    throw disagreement(what, `${actual.length} token gates for ${expected.length}`);
  }
  const others = actual.reduce((sum, bit, i) => sum + (bit === expected[i] ? 0 : 1), 0);
  if (others > otherTokensTolerance.share * actual.length) {
    throw disagreement(what, `${others} of ${actual.length} tokens kept otherwise`);
  }
  return others;
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

function disagreement(what: string, how: string): DyditError {
  return new DyditError('internal', `${what} computes something else: ${how}.`);
}
