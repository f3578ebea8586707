import { DyditError } from '../src/errors';
import type { Agreement, Output } from './agreement';
import type { Mode } from './names';
import { median, spread } from './timings';

/** Something that evaluates a network, ours or a peer's. */
export interface Subject {
  readonly name: string;
  readonly modes: readonly Mode[];
  /** What it computes, one output for each evaluation that is timed. */
  outputs(mode: Mode): Promise<readonly Output[]>;
  /** Milliseconds of an evaluation, mean over `rounds` times all of them. */
  time(mode: Mode, rounds: number): Promise<number>;
  /** True where an evaluation takes so long that it is timed once, whatever is asked for. */
  readonly slow?: boolean;
}

/** Timings of a subject that was found to compute the right thing. */
export interface Measurement {
  readonly subject: Subject;
  readonly mode: Mode;
  readonly agreement: Agreement;
  readonly msPerEvaluation: number;
  readonly spread: number;
}

/** A subject that computed something else, or failed: it has no time. */
export interface Refusal {
  readonly subject: Subject;
  readonly mode: Mode;
  readonly reason: string;
}

export interface Measured {
  readonly measurements: readonly Measurement[];
  readonly refusals: readonly Refusal[];
}

/** A timing takes about this long at least, so that clock and scheduler don't show. */
const timingMs = 100;
const mostRounds = 10;
const pauseMs = 20;
/** What takes this long needs no warming up: the first timing counts. */
const longMs = 1000;

/**
 * Compares outputs with what the network gives in a mode.
 * @param what names the outputs in the message
 * @throws DyditError where they don't agree
 */
export type Verify = (what: string, mode: Mode, outputs: readonly Output[]) => Promise<Agreement>;

/**
 * Compares the outputs of all subjects first, then times those that agree: every repeat goes
 * through all subjects and modes, so that what disturbs the machine meets all of them.
 */
export async function measure(
  subjects: readonly Subject[],
  verify: Verify,
  repeats: number,
): Promise<Measured> {
  const refusals: Refusal[] = [];
  const agreed: Agreed[] = [];
  for (const subject of subjects) {
    for (const mode of subject.modes) {
      try {
        const what = `${subject.name}, ${mode}`;
        const agreement = await verify(what, mode, await subject.outputs(mode));
        const once = await subject.time(mode, 1);
        const rounds = Math.min(mostRounds, Math.max(1, Math.round(timingMs / once)));
        const timings = subject.slow || once > longMs ? [once] : [];
        agreed.push({ subject, mode, agreement, rounds, timings });
      } catch (error) {
        refusals.push({ subject, mode, reason: DyditError.from(error).message });
      }
    }
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const { subject, mode, rounds, timings } of agreed) {
      if (subject.slow || timings.length > repeat) continue;
      // Threads of the one before that still spin, waiting for more work, fall asleep.
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      timings.push(await subject.time(mode, rounds));
    }
  }
  const measurements = agreed.map(({ subject, mode, agreement, timings }) => ({
    ...{ subject, mode, agreement },
    ...{ msPerEvaluation: median(timings), spread: spread(timings) },
  }));
  return { measurements, refusals };
}

interface Agreed {
  readonly subject: Subject;
  readonly mode: Mode;
  readonly agreement: Agreement;
  readonly rounds: number;
  readonly timings: number[];
}
