import { tokenCount } from '../network/config';
import { activeCounts } from '../network/dit/width-table';
import type { Bookmark, ComputeRecord, RunStatistics } from './api';
import { isKept, keptBytes, setKept } from './kept-bits';
import type { NetworkRun } from './network-run';

/** What of a prepared network statistics are made of. */
type CountedRun = Pick<NetworkRun, 'config' | 'items' | 'width' | 'dynamicTokens' | 'work'>;

/** Times of a run, milliseconds. */
export interface RunTimes {
  readonly totalMs: number;
  readonly samplingMs: number;
  readonly decodeMs: number;
  readonly stepMs: readonly number[];
  readonly deviceStepMs?: readonly number[];
}

/** Adds up what a run does, evaluation by evaluation, as its token gates come back. */
export class RunRecord {
  /** Kept tokens, a bit each, [evaluation][layer][item][token]. */
  readonly #bits: Uint8Array<ArrayBuffer>;
  readonly #multiplyAdds = { done: 0, static: 0 };
  #kept = 0;
  #evaluations = 0;

  /** @param networkTimes timestep of every evaluation */
  constructor(
    private readonly run: CountedRun,
    private readonly networkTimes: readonly number[],
  ) {
    const gates = networkTimes.length * this.#gatesOfEvaluation;
    this.#bits = new Uint8Array(keptBytes(gates)).fill(run.dynamicTokens ? 0 : 255);
  }

  /** Token gates of an evaluation: L * B*N. */
  get #gatesOfEvaluation(): number {
    const { config, items } = this.run;
    return config.depth * items * tokenCount(config);
  }

  /**
   * Counts the next evaluation.
   * @param kept (L, B*N) of 0 or 1; empty without dynamic tokens
   */
  add(kept: Uint32Array): void {
    const { run } = this;
    const evaluation = this.#evaluations++;
    const work = run.work(evaluation, kept);
    this.#multiplyAdds.done += work.done;
    this.#multiplyAdds.static += work.static;
    if (!run.dynamicTokens) {
      this.#kept += this.#gatesOfEvaluation;
      return;
    }
    const start = evaluation * this.#gatesOfEvaluation;
    for (let i = 0; i < kept.length; i++) {
      if (kept[i] === 0) continue;
      setKept(this.#bits, start + i);
      this.#kept++;
    }
  }

  /** Evaluations so far and their gates, for `restore`. */
  soFar(): Pick<Bookmark, 'evaluations' | 'keptTokens'> {
    const evaluations = this.#evaluations;
    const gates = this.run.dynamicTokens ? evaluations * this.#gatesOfEvaluation : 0;
    return { evaluations, keptTokens: this.#bits.slice(0, keptBytes(gates)) };
  }

  /** Counts what a run before this one has done. */
  restore({ evaluations, keptTokens }: Pick<Bookmark, 'evaluations' | 'keptTokens'>): void {
    const gates = this.run.dynamicTokens ? this.#gatesOfEvaluation : 0;
    for (let evaluation = 0; evaluation < evaluations; evaluation++) {
      const start = evaluation * gates;
      this.add(
        Uint32Array.from({ length: gates }, (_, i) => Number(isKept(keptTokens, start + i))),
      );
    }
  }

  /** What the run did (DyDiT's count of multiply-adds, section 4.1). */
  statistics(times: RunTimes): RunStatistics {
    const { config, items, width } = this.run;
    const activeHeads = activeCounts(width, 'heads');
    const activeGroups = activeCounts(width, 'groups');
    const evaluations = this.networkTimes.length;
    const record: ComputeRecord = {
      evaluations,
      layers: config.depth,
      networkTimes: this.networkTimes,
      activeHeads,
      activeGroups,
      heads: config.numHeads,
      keptTokens: this.#bits,
      items,
      tokens: tokenCount(config),
    };
    return {
      ...times,
      multiplyAdds: this.#multiplyAdds,
      shares: {
        heads: mean(activeHeads) / config.numHeads,
        groups: mean(activeGroups) / config.numHeads,
        tokens: this.#kept / (evaluations * this.#gatesOfEvaluation),
      },
      record,
    };
  }
}

function mean(values: Uint16Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
