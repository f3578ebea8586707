import { State } from '../../../assembly/fields';
import { DyditError } from '../../errors';
import type { Op } from '../../ops/op';
import type { RunValues } from '../../ops/run-values';
import type { LaneMemory } from './lane-memory';
import { floatBits } from './record';

/** What of a compiled program the kernels find in the state. */
export interface RunTarget {
  readonly ops: number;
  readonly count: number;
  readonly scratch: number;
  /** Bytes of a thread. */
  readonly scratchBytes: number;
}

/** Writes what a run works on to the state of a lane. */
export function writeRun(
  memory: LaneMemory,
  state: number,
  target: RunTarget,
  values: RunValues,
): void {
  const words = memory.words(state, State.words);
  words[State.ops] = target.ops;
  words[State.count] = target.count;
  words[State.scratch] = target.scratch;
  words[State.scratchBytes] = target.scratchBytes;
  words[State.evaluation] = values.evaluation ?? 0;
  words[State.modulationRow] = values.modulationRow ?? 0;
  const { update, estimate } = values;
  words[State.latent] = floatBits(update?.latent ?? 0);
  words[State.weight0] = floatBits(update?.weight0 ?? 0);
  words[State.weight1] = floatBits(update?.weight1 ?? 0);
  words[State.noise] = floatBits(update?.noise ? 1 : 0);
  words[State.minLog] = floatBits(update?.noise?.minLog ?? 0);
  words[State.maxLog] = floatBits(update?.noise?.maxLog ?? 0);
  words[State.estimateLatent] = floatBits(estimate?.latent ?? 0);
  words[State.estimatePrediction] = floatBits(estimate?.prediction ?? 0);
}

/** @throws DyditError where an op has no coefficients for this run, or no width record */
export function expectRunValues(
  ops: readonly Op[],
  values: RunValues,
  evaluations: number | undefined,
): void {
  for (const { kind } of ops) {
    if ((kind === 'update' && !values.update) || (kind === 'estimate' && !values.estimate)) {
      throw new DyditError(
        'internal',
        `A run of a program with \`${kind}\` needs its coefficients.`,
      );
    }
  }
  const evaluation = values.evaluation ?? 0;
  if (evaluations !== undefined && evaluation >= evaluations) {
    throw new DyditError(
      'internal',
      `Evaluation ${evaluation} was asked for; the width has ${evaluations}.`,
    );
  }
}
