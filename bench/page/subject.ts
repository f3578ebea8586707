import type { Backend } from '../../src/backend/backend';
import { Owned } from '../../src/backend/owned';
import { Dit } from '../../src/network/dit/dit';
import { prepareModes, type Evaluator } from '../evaluator';
import type { BenchInputs } from '../inputs';
import { benchModel, emojiCheckpoint } from '../models';
import type { BackendName, ConfigName, Mode } from '../options';
import type { EvaluationWork } from '../work';

/** What computes. */
export interface MachineSpec {
  readonly backend: BackendName;
  /** 1 for a graphics card. */
  readonly threads: number;
}

/** A network on a machine, bound to inputs. */
export interface SubjectSpec extends MachineSpec {
  readonly config: ConfigName;
  /** Fewer blocks than the model has. */
  readonly depth?: number;
  readonly inputs: BenchInputs;
  readonly modes: readonly Mode[];
}

/** What a mode computes, as plain data. */
export interface SubjectOutputs {
  readonly outputs: readonly {
    readonly prediction: readonly number[];
    readonly kept: readonly number[];
  }[];
  readonly work: EvaluationWork;
}

/** @throws DyditError where the backend does not start, Error where it has fewer threads */
export async function startBackend({ backend: name, threads }: MachineSpec): Promise<Backend> {
  const backend = await createBackend(name, threads);
  const { threads: found, description } = backend.report;
  if (found === threads) return backend;
  throw new Error(`${name} has ${found} thread(s) here, not ${threads} (${description}).`);
}

async function createBackend(name: BackendName, threads: number): Promise<Backend> {
  if (name === 'wasm') {
    const { createWasmBackend } = await import('../../src/backend/wasm/wasm-backend');
    return createWasmBackend({ threads });
  }
  const { createWebGpuBackend } = await import('../../src/backend/webgpu/webgpu-backend');
  return createWebGpuBackend(navigator.gpu);
}

/** A network that is ready to evaluate in every mode. */
export class PageSubject {
  private constructor(
    readonly backend: Backend,
    private readonly evaluators: ReadonlyMap<Mode, Evaluator>,
    private readonly owned: Owned,
  ) {}

  static async open(spec: SubjectSpec): Promise<PageSubject> {
    const owned = new Owned();
    const backend = owned.adopt(await startBackend(spec));
    const { tensors, hints } = await benchModel(spec.config, fetchEmoji, spec.depth);
    const dit = owned.adopt(await Dit.load(backend, tensors, hints));
    const evaluators = await prepareModes(dit, spec.inputs, spec.modes, owned);
    return new PageSubject(backend, evaluators, owned);
  }

  async outputs(mode: Mode): Promise<SubjectOutputs> {
    const { outputs, work } = await this.backend.guard('an evaluation', () =>
      this.#evaluator(mode).outputs(),
    );
    return {
      work,
      outputs: outputs.map(({ prediction, kept }) => ({
        prediction: [...prediction],
        kept: [...kept],
      })),
    };
  }

  time(mode: Mode, rounds: number): Promise<number> {
    return this.#evaluator(mode).time(rounds);
  }

  close(): void {
    this.owned.destroy();
  }

  #evaluator(mode: Mode): Evaluator {
    const evaluator = this.evaluators.get(mode);
    if (evaluator) return evaluator;
    throw new Error(`The mode "${mode}" was not prepared.`);
  }
}

async function fetchEmoji(): Promise<Blob> {
  const response = await fetch(`/${emojiCheckpoint}`);
  if (!response.ok) throw new Error(`${emojiCheckpoint} can't be read (${response.status}).`);
  return response.blob();
}
