import type { Output } from './agreement';
import type { Subject } from './measure';
import type { Mode } from './names';
import type { Runtime } from './runtime/runtime';
import type { EvaluationWork } from './work';
import type { CardCosts, SubjectSpec } from './workplace/subject';
import type { Workplace } from './workplace/workplace';

/** A network of ours in a workplace of its own. */
export class OurSubject implements Subject {
  readonly modes: readonly Mode[];
  readonly #works = new Map<Mode, EvaluationWork>();

  private constructor(
    readonly name: string,
    readonly spec: SubjectSpec,
    private readonly workplace: Workplace,
  ) {
    this.modes = spec.modes;
  }

  static async open(runtime: Runtime, spec: SubjectSpec): Promise<OurSubject> {
    const workplace = await runtime.openWorkplace();
    await workplace.openSubject(spec);
    const { config, backend, threads } = spec;
    return new OurSubject(`${config} on ${backend}, ${threads} thread(s)`, spec, workplace);
  }

  async outputs(mode: Mode): Promise<readonly Output[]> {
    const { outputs, work } = await this.workplace.outputs(mode);
    this.#works.set(mode, work);
    return outputs.map(({ prediction, kept }) => ({
      prediction: Float32Array.from(prediction),
      kept: Uint32Array.from(kept),
    }));
  }

  time(mode: Mode, rounds: number): Promise<number> {
    return this.workplace.time(mode, rounds);
  }

  /** Work of an evaluation in a mode whose outputs were asked for. */
  work(mode: Mode): EvaluationWork {
    const work = this.#works.get(mode);
    if (work) return work;
    throw new Error(`${this.name}: the work of "${mode}" is not known yet.`);
  }

  /** Undefined on the processor. */
  cardCosts(mode: Mode): Promise<CardCosts | undefined> {
    return this.workplace.cardCosts(mode);
  }

  async close(): Promise<void> {
    await this.workplace.close();
  }
}
