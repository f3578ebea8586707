import type { Backend } from '../../src/backend/backend';
import { Owned } from '../../src/backend/owned';
import { Dit } from '../../src/network/dit/dit';
import { Evaluator, prepareModes } from '../evaluator';
import type { BenchInputs } from '../inputs';
import { benchModel, type ModelChoice } from '../models';
import type { BackendName, Mode } from '../names';
import { median } from '../timings';
import type { EvaluationWork } from '../work';
import { GpuMeter } from './gpu-meter';

/** What computes. */
export interface MachineSpec {
  readonly backend: BackendName;
  /** 1 for a graphics card. */
  readonly threads: number;
}

/** A network on a machine, bound to inputs. */
export interface SubjectSpec extends MachineSpec, ModelChoice {
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

/** Of a network on a graphics card. */
export interface CardCosts {
  /** Bytes of the buffers that were made for the weights, and for a run beside them. */
  readonly weightBytes: number;
  readonly runBytes: number;
  /** An evaluation on this thread: writes, encoding, submitting. Median. */
  readonly hostMs: number;
  /** The same by the card's own clock, median; absent where it has none. */
  readonly deviceMs?: number;
}

/** @throws DyditError where the backend does not start, Error where it has fewer threads */
export async function startBackend(
  { backend: name, threads }: MachineSpec,
  meter?: GpuMeter,
): Promise<Backend> {
  const backend = await createBackend(name, threads, meter);
  const { threads: found, description } = backend.report;
  if (found === threads) return backend;
  throw new Error(`${name} has ${found} thread(s) here, not ${threads} (${description}).`);
}

async function createBackend(
  name: BackendName,
  threads: number,
  meter?: GpuMeter,
): Promise<Backend> {
  if (name === 'wasm') {
    const { createWasmBackend } = await import('../../src/backend/wasm/wasm-backend');
    return createWasmBackend({ threads });
  }
  const { createWebGpuBackend } = await import('../../src/backend/webgpu/webgpu-backend');
  return createWebGpuBackend(meter?.gpu ?? navigator.gpu);
}

/** What a network is measured with. */
interface BenchParts {
  readonly backend: Backend;
  readonly dit: Dit;
  readonly inputs: BenchInputs;
  readonly evaluators: ReadonlyMap<Mode, Evaluator>;
  readonly owned: Owned;
  /** For a graphics card alone. */
  readonly meter?: GpuMeter | undefined;
  readonly weightBytes: number;
}

/** A network that is ready to evaluate in every mode. */
export class NetworkBench {
  private constructor(private readonly parts: BenchParts) {}

  static async open(spec: SubjectSpec, openEmoji: () => Promise<Blob>): Promise<NetworkBench> {
    const { backend: kind, inputs, modes } = spec;
    const owned = new Owned();
    const meter = kind === 'webgpu' ? new GpuMeter(navigator.gpu) : undefined;
    const backend = owned.adopt(await startBackend(spec, meter));
    const before = meter?.bytes ?? 0;
    const { tensors, hints } = await benchModel(spec, openEmoji);
    const dit = owned.adopt(await Dit.load(backend, tensors, hints));
    const weightBytes = (meter?.bytes ?? 0) - before;
    const evaluators = await prepareModes(dit, inputs, modes, owned);
    return new NetworkBench({ backend, dit, inputs, evaluators, owned, meter, weightBytes });
  }

  async outputs(mode: Mode): Promise<SubjectOutputs> {
    const { outputs, work } = await this.parts.backend.guard('an evaluation', () =>
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

  /** Undefined on the processor. */
  async cardCosts(mode: Mode): Promise<CardCosts | undefined> {
    const { dit, inputs, meter, weightBytes } = this.parts;
    if (!meter) return undefined;
    const before = meter.bytes;
    const evaluator = await Evaluator.prepare(dit, repeated(inputs), mode, { timed: true });
    try {
      const runBytes = meter.bytes - before;
      const { hostMs, deviceMs } = await evaluator.costs(() => meter.hostMs);
      // The first evaluation may compile.
      const device = deviceMs?.slice(1).filter((ms) => ms > 0) ?? [];
      return {
        ...{ weightBytes, runBytes, hostMs: median(hostMs.slice(1)) },
        ...(device.length > 0 && { deviceMs: median(device) }),
      };
    } finally {
      evaluator.destroy();
    }
  }

  close(): void {
    this.parts.owned.destroy();
  }

  #evaluator(mode: Mode): Evaluator {
    const evaluator = this.parts.evaluators.get(mode);
    if (evaluator) return evaluator;
    throw new Error(`The mode "${mode}" was not prepared.`);
  }
}

/** Evaluations of which costs are the median. */
const costed = 6;

/** The first evaluation of some inputs, several times. */
function repeated({ networkTimes, latents, ...inputs }: BenchInputs): BenchInputs {
  const times = <T>(values: readonly T[]) => Array.from({ length: costed }, () => values[0]);
  return { ...inputs, networkTimes: times(networkTimes), latents: times(latents) };
}
