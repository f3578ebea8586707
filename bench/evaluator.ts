import type { Owned } from '../src/backend/owned';
import type { Dit } from '../src/network/dit/dit';
import { unmixed } from '../src/network/dit/label';
import type { DitRun } from '../src/network/dit/run';
import type { Output } from './agreement';
import type { BenchInputs } from './inputs';
import type { Mode } from './names';
import { workOf, type EvaluationWork } from './work';

/** What a mode gives: an output for each evaluation, and the mean work of them. */
export interface ModeOutputs {
  readonly outputs: readonly Output[];
  readonly work: EvaluationWork;
}

export interface EvaluatorOptions {
  /** Whether the device's clock is read. */
  readonly timed?: boolean;
  /** Bytes of a weight of a product, for what `work` says of memory; 4 where absent. */
  readonly weightBytes?: number;
}

/** A network bound to the inputs of a benchmark in one mode. */
export class Evaluator {
  private constructor(
    private readonly run: DitRun,
    private readonly latents: readonly Float32Array<ArrayBuffer>[],
    private readonly weightBytes: number,
  ) {}

  static async prepare(
    dit: Dit,
    inputs: BenchInputs,
    mode: Mode,
    { timed = false, weightBytes = 4 }: EvaluatorOptions = {},
  ): Promise<Evaluator> {
    const { labels, guided, networkTimes, latents } = inputs;
    const run = await dit.prepare({
      ...{ labels: labels.map(unmixed), guided, networkTimes, latentItems: labels.length },
      dynamicWidth: mode === 'width' || mode === 'both',
      dynamicTokens: mode === 'tokens' || mode === 'both',
      timed,
    });
    const floats = latents.map((values) => Float32Array.from(values));
    return new Evaluator(run, floats, weightBytes);
  }

  /** All evaluations, with their work. @throws DyditError `cancelled` */
  async outputs(signal?: AbortSignal): Promise<ModeOutputs> {
    const outputs: Output[] = [];
    const works: EvaluationWork[] = [];
    for (const [evaluation] of this.latents.entries()) {
      await this.#evaluate(evaluation, signal);
      const kept = await this.run.readKept();
      outputs.push({ prediction: await this.run.home.readFloats(this.run.prediction), kept });
      works.push(workOf(this.run, { evaluation, kept, weightBytes: this.weightBytes }));
    }
    const mean = (of: (work: EvaluationWork) => number): number =>
      works.reduce((sum, work) => sum + of(work), 0) / works.length;
    return {
      outputs,
      work: {
        gflop: mean(({ gflop }) => gflop),
        share: mean(({ share }) => share),
        bytes: mean(({ bytes }) => bytes),
      },
    };
  }

  /**
   * Milliseconds of an evaluation, mean over `rounds` times all of them.
   * @throws DyditError `cancelled`
   */
  async time(rounds: number, signal?: AbortSignal): Promise<number> {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) {
      for (const [evaluation] of this.latents.entries()) await this.#evaluate(evaluation, signal);
    }
    // A graphics card is done when something can be read.
    await this.run.home.readFloats(this.run.prediction, { start: 0, count: 1 });
    return (performance.now() - start) / (rounds * this.latents.length);
  }

  /**
   * All evaluations, one after the end of another.
   * @param host milliseconds that this thread has spent on the device's commands so far
   */
  async costs(host: () => number): Promise<{
    readonly hostMs: readonly number[];
    readonly deviceMs: readonly number[] | undefined;
  }> {
    const hostMs: number[] = [];
    for (const [evaluation] of this.latents.entries()) {
      const before = host();
      await this.#evaluate(evaluation);
      hostMs.push(host() - before);
      await this.run.home.readFloats(this.run.prediction, { start: 0, count: 1 });
    }
    return { hostMs, deviceMs: await this.run.deviceMs() };
  }

  destroy(): void {
    this.run.destroy();
  }

  async #evaluate(evaluation: number, signal?: AbortSignal): Promise<void> {
    this.run.home.write(this.run.latent, this.latents[evaluation]);
    await this.run.latentMoved();
    await this.run.evaluate(evaluation, signal);
  }
}

/** Evaluators of several modes of one network, freed together. */
export async function prepareModes(
  dit: Dit,
  inputs: BenchInputs,
  modes: readonly Mode[],
  owner: Owned,
): Promise<ReadonlyMap<Mode, Evaluator>> {
  const evaluators = new Map<Mode, Evaluator>();
  for (const mode of modes) {
    evaluators.set(mode, owner.adopt(await Evaluator.prepare(dit, inputs, mode)));
  }
  return evaluators;
}
