import type { Backend, Lane, Storage } from '../../backend/backend';
import { Owned } from '../../backend/owned';
import { sideBySide } from '../../backend/side-by-side';
import { denseFloats } from '../../ops/tensor';
import type { ActiveWidth } from '../../ops/width';
import { DyditError } from '../../errors';
import { hasJumps, outChannels, tokenCount, type DitConfig } from '../config';
import type { LaneWeights } from '../lane-weights';
import { transfer } from '../lane-transfer';
import { EvaluationCost, type Work } from './cost';
import { spreadItems, type ItemRange } from './items';
import { labelEmbeddings, type ImageConditions, type LabelTables } from './label';
import { LaneRun } from './lane-run';
import type { DitLayers } from './layers';
import { conditionOnTime, type RunTimes } from './time';
import { openWidth, routedWidth } from './width-table';

/** What a run of the network is for; everything is fixed before its first evaluation. */
export interface DitRunOptions extends ImageConditions, RunTimes {
  /** Latents that are kept: the images, or twice as many where both halves of guidance move. */
  readonly latentItems: number;
  /** Doubles the batch: the same images again, with the null class and style. */
  readonly guided: boolean;
  readonly dynamicWidth: boolean;
  readonly dynamicTokens: boolean;
  /** The budget: added to what all routers say; 0 if absent. */
  readonly routerShift?: number;
  /** Whether the time of each evaluation on the device is kept. */
  readonly timed?: boolean;
}

/** A loaded network. */
export interface LoadedDit {
  readonly backend: Backend;
  readonly config: DitConfig;
  readonly layers: DitLayers;
  readonly weights: LaneWeights;
  readonly tables: LabelTables;
}

/** A part of a run: the items that a lane computes. */
interface Part {
  readonly items: ItemRange;
  readonly run: LaneRun;
}

/** What a run is put together from. */
interface Assembly {
  readonly config: DitConfig;
  readonly items: number;
  readonly images: number;
  readonly width: ActiveWidth;
  readonly dynamicTokens: boolean;
  readonly home: Lane;
  readonly latent: Storage;
  readonly prediction: Storage;
  readonly parts: readonly Part[];
  readonly cost: EvaluationCost;
}

/**
 * The network bound to one batch, its items spread over the lanes of the backend. With one lane
 * (a graphics card, or threads that share a memory) nothing is copied anywhere.
 */
export class DitRun {
  readonly config: DitConfig;
  /** B: images, twice that under guidance. */
  readonly items: number;
  readonly images: number;
  /** Which heads and groups are active at each evaluation. */
  readonly width: ActiveWidth;
  /** Whether the run asks the token routers. */
  readonly dynamicTokens: boolean;
  /** The lane that has the latent and the prediction. */
  readonly home: Lane;
  /** (latentItems * C, S * S) on the home lane; `latentMoved` follows every change. */
  readonly latent: Storage;
  /** (B * Cout, S * S) of the last evaluation, on the home lane, conditional half first. */
  readonly prediction: Storage;
  readonly #parts: readonly Part[];
  readonly #cost: EvaluationCost;
  readonly #owned: Owned;

  private constructor(assembly: Assembly, owned: Owned) {
    this.config = assembly.config;
    this.items = assembly.items;
    this.images = assembly.images;
    this.width = assembly.width;
    this.dynamicTokens = assembly.dynamicTokens;
    this.home = assembly.home;
    this.latent = assembly.latent;
    this.prediction = assembly.prediction;
    this.#parts = assembly.parts;
    this.#cost = assembly.cost;
    this.#owned = owned;
  }

  /**
   * Allocates, compiles, and asks the width routers for all timesteps.
   * @throws DyditError `limit-too-small`, `out-of-memory` where the batch does not fit
   */
  static async prepare(dit: LoadedDit, options: DitRunOptions): Promise<DitRun> {
    const owned = new Owned();
    try {
      return new DitRun(await assemble(dit, options, owned), owned);
    } catch (error) {
      owned.destroy();
      throw error;
    }
  }

  /** Brings the latent to the lanes that have one of their own. */
  async latentMoved(): Promise<void> {
    const size = this.config.inChannels * this.config.inputSize ** 2;
    const from = { lane: this.home, storage: this.latent };
    for (const { items, run } of this.#parts) {
      const { latent } = run.storage;
      if (latent === this.latent) continue;
      for (let i = 0; i < items.count; i++) {
        const start = ((items.start + i) % this.images) * size;
        await transfer(from, { lane: run.lane, storage: latent }, { start, count: size }, i * size);
      }
    }
  }

  /**
   * Runs the network on the latent; `prediction` is then that of this evaluation.
   * @throws DyditError `cancelled`
   */
  async evaluate(evaluation: number, signal?: AbortSignal): Promise<void> {
    await sideBySide(this.#parts.map(({ run }) => run.evaluate(evaluation, signal)));
    const size = outChannels(this.config) * this.config.inputSize ** 2;
    const to = { lane: this.home, storage: this.prediction };
    for (const { items, run } of this.#parts) {
      const { prediction } = run.storage;
      if (prediction === this.prediction) continue;
      const from = { lane: run.lane, storage: prediction };
      await transfer(from, to, { start: 0, count: items.count * size }, items.start * size);
    }
  }

  /** Token gates of the last evaluation, (L, B*N) of 0 or 1; empty without dynamic tokens. */
  async readKept(): Promise<Uint32Array<ArrayBuffer>> {
    if (!this.dynamicTokens) return new Uint32Array();
    const masks = await sideBySide(
      this.#parts.map(({ run }) => run.lane.readWords(run.storage.kept)),
    );
    if (masks.length === 1) return masks[0];
    const { depth } = this.config;
    const tokens = tokenCount(this.config);
    const out = new Uint32Array(depth * this.items * tokens);
    for (const [part, { items }] of this.#parts.entries()) {
      const row = items.count * tokens;
      for (let layer = 0; layer < depth; layer++) {
        const start = (layer * this.items + items.start) * tokens;
        out.set(masks[part].subarray(layer * row, (layer + 1) * row), start);
      }
    }
    return out;
  }

  /**
   * Multiply-adds of an evaluation, as the paper counts them, from the ops that ran.
   * @param kept what `readKept` gave for it
   */
  work(evaluation: number, kept: Uint32Array): Work {
    return this.#cost.of(evaluation, kept);
  }

  /** Milliseconds of each evaluation on the device, where it has a clock. */
  async deviceMs(): Promise<readonly number[] | undefined> {
    return this.#parts.length === 1 ? this.#parts[0].run.deviceMs() : undefined;
  }

  /** Frees all memory of the run; the weights stay. */
  destroy(): void {
    this.#owned.destroy();
  }
}

async function assemble(dit: LoadedDit, options: DitRunOptions, owned: Owned): Promise<Assembly> {
  const { backend, config, layers, weights, tables } = dit;
  const { labels, guided, networkTimes, latentItems } = options;
  // As devices have it, so that all routers are shifted by the same number.
  const routerShift = Math.fround(options.routerShift ?? 0);
  if (options.networkEnds && !hasJumps(config)) {
    throw new DyditError(
      'invalid-request',
      'This model was not taught jumps: it takes no time at which a step ends.',
      'Choose another sampler.',
    );
  }
  const images = labels.length;
  const items = images * (guided ? 2 : 1);
  const dynamicTokens = options.dynamicTokens && config.dynamic;
  const spread = spreadItems(items, backend.lanes.length);
  const lanes = spread.map((_, index) => ({ lane: backend.lanes[index], weights: weights[index] }));
  const times = await sideBySide(
    lanes.map((lane) => conditionOnTime(lane, { config, layers }, options, owned)),
  );
  const [home] = lanes;
  const width =
    options.dynamicWidth && layers.widthRouters
      ? routedWidth(config, networkTimes.length, {
          begin: await home.lane.readFloats(times[0].begin.logits),
          end: times[0].end && (await home.lane.readFloats(times[0].end.logits)),
          shift: routerShift,
        })
      : openWidth(config, networkTimes.length);
  const embeddings = labelEmbeddings(config, tables, options, guided);
  const alone = spread.length === 1;
  const parts: Part[] = [];
  for (const [index, range] of spread.entries()) {
    const { start, count } = range;
    const run = await LaneRun.prepare({
      ...lanes[index],
      config,
      layers,
      time: times[index],
      width,
      labels: embeddings.slice(start * config.hiddenSize, (start + count) * config.hiddenSize),
      // A lane among several has a latent for each of its items.
      size: alone
        ? { items, images, latentItems, dynamicTokens, routerShift }
        : { items: count, images: count, latentItems: count, dynamicTokens, routerShift },
      precision: backend.report.precision,
      timed: alone && (options.timed ?? false),
    });
    parts.push({ items: range, run: owned.adopt(run) });
  }
  const pixels = config.inputSize ** 2;
  const allocate = (name: string, rows: number) =>
    owned.adopt(home.lane.allocate(`DitRun.${name}`, denseFloats(rows, pixels)));
  const { latent, prediction } = alone
    ? parts[0].run.storage
    : {
        latent: allocate('wholeLatent', latentItems * config.inChannels),
        prediction: allocate('wholePrediction', items * outChannels(config)),
      };
  const cost = new EvaluationCost({ config, layers, items, width, dynamicTokens });
  return {
    ...{ config, items, images, width, dynamicTokens, home: home.lane, latent, prediction },
    ...{ parts, cost },
  };
}
