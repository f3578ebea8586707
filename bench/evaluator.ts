import type { Owned } from '../src/backend/owned';
import type { Dit } from '../src/network/dit/dit';
import { unmixed } from '../src/network/dit/label';
import type { DitRun } from '../src/network/dit/run';
import type { Output } from './agreement';
import type { BenchInputs } from './inputs';
import type { Mode } from './options';
import { workOf, type EvaluationWork } from './work';

/** What a mode gives: an output for each evaluation, and the mean work of them. */
export interface ModeOutputs {
  readonly outputs: readonly Output[];
  readonly work: EvaluationWork;
}

/** A network bound to the inputs of a benchmark in one mode. */
export class Evaluator {
  private constructor(
    private readonly run: DitRun,
    private readonly latents: readonly Float32Array<ArrayBuffer>[],
  ) {}

  static async prepare(dit: Dit, inputs: BenchInputs, mode: Mode): Promise<Evaluator> {
    const { labels, guided, networkTimes, latents } = inputs;
    const run = await dit.prepare({
      ...{ labels: labels.map(unmixed), guided, networkTimes, latentItems: labels.length },
      dynamicWidth: mode === 'width' || mode === 'both',
      dynamicTokens: mode === 'tokens' || mode === 'both',
    });
    return new Evaluator(
      run,
      latents.map((values) => Float32Array.from(values)),
    );
  }

  /** All evaluations, with their work. */
  async outputs(): Promise<ModeOutputs> {
    const outputs: Output[] = [];
    const works: EvaluationWork[] = [];
    for (const [evaluation] of this.latents.entries()) {
      await this.#evaluate(evaluation);
      const kept = await this.run.readKept();
      outputs.push({ prediction: await this.run.home.readFloats(this.run.prediction), kept });
      works.push(workOf(this.run, evaluation, kept));
    }
    const mean = (of: (work: EvaluationWork) => number): number =>
      works.reduce((sum, work) => sum + of(work), 0) / works.length;
    return {
      outputs,
      work: { gflop: mean(({ gflop }) => gflop), share: mean(({ share }) => share) },
    };
  }

  /** Milliseconds of an evaluation, mean over `rounds` times all of them. */
  async time(rounds: number): Promise<number> {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) {
      for (const [evaluation] of this.latents.entries()) await this.#evaluate(evaluation);
    }
    // A graphics card is done when something can be read.
    await this.run.home.readFloats(this.run.prediction, { start: 0, count: 1 });
    return (performance.now() - start) / (rounds * this.latents.length);
  }

  destroy(): void {
    this.run.destroy();
  }

  async #evaluate(evaluation: number): Promise<void> {
    this.run.home.write(this.run.latent, this.latents[evaluation]);
    await this.run.latentMoved();
    await this.run.evaluate(evaluation);
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
