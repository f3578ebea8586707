import type { Executable, Lane, Precision, Storage, WeightSet } from '../../backend/backend';
import { Owned } from '../../backend/owned';
import { denseFloats, denseWords, rowsOf } from '../../ops/tensor';
import type { ActiveWidth } from '../../ops/width';
import { outChannels, tokenCount, type DitConfig } from '../config';
import type { DitLayers } from './layers';
import { evaluationsAtOnce } from './memory';
import { external, recordConditioning, recordEvaluation, type EvaluationSize } from './network';
import type { StepConditioning } from './time';

/** What a lane computes of a run. */
export interface LaneRunOptions {
  readonly lane: Lane;
  readonly weights: WeightSet;
  readonly config: DitConfig;
  readonly layers: DitLayers;
  readonly time: StepConditioning;
  readonly width: ActiveWidth;
  /** (B, D) of the lane's items. */
  readonly labels: Float32Array<ArrayBuffer>;
  readonly size: Omit<EvaluationSize, 'modulationRows'>;
  /** Of the evaluations; what routers say of timesteps is always exact. */
  readonly precision: Precision;
  /** Whether the time of each evaluation on the device is kept. */
  readonly timed: boolean;
}

/** What crosses between a lane and the rest of a run. */
export interface LaneStorage {
  /** (latentItems * C, S * S) */
  readonly latent: Storage;
  /** (B * Cout, S * S) */
  readonly prediction: Storage;
  /** (L, B*N) of 0 or 1; written with dynamic tokens only. */
  readonly kept: Storage;
}

/** The network bound to the items of one lane. */
export class LaneRun {
  /** First evaluation of which the modulation is there. */
  #conditionedFrom = -1;

  private constructor(
    readonly lane: Lane,
    readonly storage: LaneStorage,
    private readonly programs: {
      readonly conditioning: Executable;
      readonly evaluation: Executable;
    },
    private readonly batch: { readonly items: number; readonly evaluationsAtOnce: number },
    private readonly owned: Owned,
  ) {}

  /** @throws DyditError `limit-too-small`, `out-of-memory` */
  static async prepare(options: LaneRunOptions): Promise<LaneRun> {
    const { lane, weights, config, layers, time, width, size } = options;
    const { items } = size;
    const times = width.evaluations;
    const evaluations = Math.min(times, evaluationsAtOnce(config, items));
    const modulationRows = evaluations * items;
    const pixels = config.inputSize ** 2;
    const owned = new Owned();
    const allocate = (name: string, spec: Storage['spec']): Storage =>
      owned.adopt(lane.allocate(`DitRun.${name}`, spec));
    try {
      const latent = allocate('latent', denseFloats(size.latentItems * config.inChannels, pixels));
      const prediction = allocate('prediction', denseFloats(items * outChannels(config), pixels));
      const kept = allocate('kept', denseWords(config.depth, items * tokenCount(config)));
      const label = allocate('label', denseFloats(items, config.hiddenSize));
      lane.write(label, options.labels);
      const modulations: Record<string, Storage> = {};
      for (const [layer, { adaLN }] of layers.blocks.entries()) {
        const name = external.modulation(layer);
        modulations[name] = allocate(name, rowsOf(modulationRows, adaLN.n));
      }
      const final = external.modulation('final');
      modulations[final] = allocate(final, rowsOf(modulationRows, layers.finalAdaLN.n));
      const conditioning = owned.adopt(
        await lane.compile(
          recordConditioning(config, layers, {
            ...{ times, evaluations, items, jumps: time.end !== undefined },
          }),
          {
            weights,
            storage: {
              ...modulations,
              [external.temb('begin')]: time.begin.temb,
              ...(time.end && { [external.temb('end')]: time.end.temb }),
              [external.label]: label,
            },
          },
        ),
      );
      const evaluation = owned.adopt(
        await lane.compile(recordEvaluation(config, layers, { ...size, modulationRows }), {
          weights,
          width,
          precision: options.precision,
          storage: {
            ...modulations,
            [external.latent]: latent,
            [external.prediction]: prediction,
            [external.kept]: kept,
          },
          timedRuns: options.timed ? times : 0,
        }),
      );
      const programs = { conditioning, evaluation };
      const batch = { items, evaluationsAtOnce: evaluations };
      return new LaneRun(lane, { latent, prediction, kept }, programs, batch, owned);
    } catch (error) {
      owned.destroy();
      throw error;
    }
  }

  /** Runs the network on the latent as it is. */
  async evaluate(evaluation: number, signal?: AbortSignal): Promise<void> {
    const { items, evaluationsAtOnce } = this.batch;
    const from = evaluation - (evaluation % evaluationsAtOnce);
    if (from !== this.#conditionedFrom) {
      await this.programs.conditioning.run({ evaluation: from }, signal);
      this.#conditionedFrom = from;
    }
    const modulationRow = (evaluation - from) * items;
    await this.programs.evaluation.run({ evaluation, modulationRow }, signal);
  }

  /** Milliseconds of each evaluation on the device, where it has a clock. */
  deviceMs(): Promise<readonly number[] | undefined> {
    return this.programs.evaluation.deviceMs();
  }

  destroy(): void {
    this.owned.destroy();
  }
}
