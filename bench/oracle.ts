import { createReferenceBackend } from '../src/backend/reference/backend';
import { Dit } from '../src/network/dit/dit';
import type { Label } from '../src/network/dit/label';
import { expectAgreement, itemOf, type Agreement, type Output } from './agreement';
import { Evaluator } from './evaluator';
import { latentSize, type BenchInputs } from './inputs';
import type { BenchModel } from './models';
import type { Mode } from './names';

/**
 * What a network gives on the inputs of a benchmark, by plain loops in double precision. They are
 * slow, so of every evaluation they do one item: the last of the even ones, the first of the odd.
 */
export class Oracle {
  readonly #expected = new Map<Mode, Promise<readonly Output[]>>();

  private constructor(
    private readonly dit: Dit,
    private readonly inputs: BenchInputs,
  ) {}

  static async load({ tensors, hints }: BenchModel, inputs: BenchInputs): Promise<Oracle> {
    return new Oracle(await Dit.load(createReferenceBackend(), tensors, hints), inputs);
  }

  /** @throws DyditError where the outputs, all items of all evaluations, are not the network's */
  async verify(what: string, mode: Mode, outputs: readonly Output[]): Promise<Agreement> {
    const shape = { items: this.#items, layers: this.dit.config.depth };
    const items = outputs.map((output, i) => itemOf(output, this.#itemAt(i), shape));
    return expectAgreement(what, items, await this.#expect(mode));
  }

  get #items(): number {
    return this.inputs.labels.length * (this.inputs.guided ? 2 : 1);
  }

  #itemAt(evaluation: number): number {
    return evaluation % 2 === 0 ? this.#items - 1 : 0;
  }

  #expect(mode: Mode): Promise<readonly Output[]> {
    const known = this.#expected.get(mode) ?? this.#compute(mode);
    this.#expected.set(mode, known);
    return known;
  }

  async #compute(mode: Mode): Promise<readonly Output[]> {
    const outputs: Output[] = [];
    for (const [evaluation, latent] of this.inputs.latents.entries()) {
      const item = this.#itemAt(evaluation);
      const image = item % this.inputs.labels.length;
      const size = latentSize(this.dit.config);
      const alone: BenchInputs = {
        labels: [item === image ? this.inputs.labels[image] : this.#noLabel],
        guided: false,
        networkTimes: [this.inputs.networkTimes[evaluation]],
        latents: [latent.slice(image * size, (image + 1) * size)],
      };
      const evaluator = await Evaluator.prepare(this.dit, alone, mode);
      outputs.push(...(await evaluator.outputs()).outputs);
      evaluator.destroy();
    }
    return outputs;
  }

  /** The null row of every table. */
  get #noLabel(): Label {
    return { classId: this.dit.config.numClasses };
  }
}
