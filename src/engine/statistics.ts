import type { DitConfig } from '../network/config';
import { blockCost, staticCost, tokenCount } from '../network/dit/cost';
import type { DitRun } from '../network/dit/run';
import type { ComputeRecord, RunStatistics } from './api';

/** Collects the token gates of a run, a bit each, as they come back from the GPU. */
export class KeptTokenRecord {
  readonly bits: Uint8Array<ArrayBuffer>;
  /** Kept tokens, [evaluation][layer], summed over items. */
  readonly counts: Uint32Array;
  readonly #perLayer: number;

  /** @param all true where every token is kept and nothing comes back */
  constructor(
    private readonly run: DitRun,
    evaluations: number,
    all: boolean,
  ) {
    const { config, items } = run;
    this.#perLayer = items * tokenCount(config);
    const layers = evaluations * config.depth;
    this.bits = new Uint8Array(Math.ceil((layers * this.#perLayer) / 8)).fill(all ? 255 : 0);
    this.counts = new Uint32Array(layers).fill(all ? this.#perLayer : 0);
  }

  /**
   * @param evaluation first evaluation in `kept`
   * @param kept (evaluations, L * B*N) of 0 or 1
   */
  add(evaluation: number, kept: Uint32Array): void {
    const start = evaluation * this.run.config.depth * this.#perLayer;
    for (let i = 0; i < kept.length; i++) {
      if (kept[i] === 0) continue;
      const bit = start + i;
      this.bits[bit >> 3] |= 1 << (bit & 7);
      this.counts[Math.floor(bit / this.#perLayer)]++;
    }
  }
}

/** Times of a run, milliseconds. */
export interface RunTimes {
  readonly totalMs: number;
  readonly samplingMs: number;
  readonly decodeMs: number;
  readonly stepMs: readonly number[];
  readonly gpuStepMs?: readonly number[];
}

/** Puts together what a run did (DyDiT's count of multiply-adds, section 4.1). */
export function runStatistics(
  config: DitConfig,
  run: DitRun,
  networkTimes: readonly number[],
  kept: KeptTokenRecord,
  times: RunTimes,
): RunStatistics {
  const { width, items } = run;
  const tokens = tokenCount(config);
  const evaluations = networkTimes.length;
  const cells = evaluations * config.depth;
  const cost = blockCost(config);
  let done = 0;
  const sums = { heads: 0, groups: 0, tokens: 0 };
  for (let cell = 0; cell < cells; cell++) {
    const heads = width.activeHeads[cell] / config.numHeads;
    const groups = width.activeGroups[cell] / config.numHeads;
    const keptShare = kept.counts[cell] / (items * tokens);
    done += items * (cost.attention * heads + cost.mlp * groups * keptShare);
    sums.heads += heads;
    sums.groups += groups;
    sums.tokens += keptShare;
  }
  const record: ComputeRecord = {
    evaluations,
    layers: config.depth,
    networkTimes,
    activeHeads: width.activeHeads,
    activeGroups: width.activeGroups,
    heads: config.numHeads,
    keptTokens: kept.bits,
    items,
    tokens,
  };
  return {
    ...times,
    multiplyAdds: { done, static: evaluations * items * staticCost(config) },
    shares: {
      heads: sums.heads / cells,
      groups: sums.groups / cells,
      tokens: sums.tokens / cells,
    },
    record,
  };
}
