import { DyditError, type ErrorReport } from '../../errors';
import { axisLength } from '../../ops/axis';
import type { Program } from '../../ops/program';
import type { RunValues } from '../../ops/run-values';
import { elementCount, type Tensor, type TensorSpec } from '../../ops/tensor';
import type {
  Backend,
  BackendReport,
  CompileOptions,
  ElementRange,
  Executable,
  Lane,
  Storage,
  WeightSet,
} from '../backend';
import type { Matrix } from './matrix';
import { runOp } from './run-op';
import { ReferenceWeights } from './weights';

/** Plain loops in double precision: the oracle of every op, not for making pictures. */
export function createReferenceBackend(): ReferenceBackend {
  return new ReferenceBackend();
}

export class ReferenceBackend implements Backend {
  readonly report: BackendReport = {
    kind: 'reference',
    description: 'plain loops in double precision',
    software: true,
    threads: 1,
    features: [],
    precision: 'exact',
    precisions: ['exact'],
    fallbacks: [],
    linearGflops: 0,
  };
  readonly #lane = new ReferenceLane();
  readonly lanes: readonly Lane[] = [this.#lane];
  // Nothing can take it away.
  readonly lost = new Promise<ErrorReport>(() => undefined);

  /** Storages, weight sets and executables that were made and not destroyed. */
  get liveCount(): number {
    return this.#lane.live.size;
  }

  guard<T>(_what: string, work: () => Promise<T>): Promise<T> {
    return work();
  }

  destroy(): void {
    this.#lane.live.clear();
  }
}

class ReferenceStorage implements Storage {
  readonly matrix: Matrix;

  constructor(
    readonly label: string,
    readonly spec: TensorSpec,
    private readonly onDestroy: (self: object) => void,
  ) {
    this.matrix = emptyMatrix(spec, 0);
  }

  destroy(): void {
    this.onDestroy(this);
  }
}

class ReferenceLane implements Lane {
  readonly live = new Set<object>();

  createWeights(label: string): WeightSet {
    const weights: ReferenceWeights = new ReferenceWeights(label, () => this.live.delete(weights));
    this.live.add(weights);
    return weights;
  }

  allocate(label: string, spec: TensorSpec): Storage {
    const storage = new ReferenceStorage(label, spec, (self) => this.live.delete(self));
    this.live.add(storage);
    return storage;
  }

  write(
    storage: Storage,
    data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
    start = 0,
  ): void {
    const { values } = this.#own(storage).matrix;
    if (start + data.length > values.length) {
      throw new DyditError(
        'internal',
        `${data.length} elements from ${start} on do not fit a storage of ${values.length}.`,
      );
    }
    values.set(data, start);
  }

  copy(from: Storage, { start, count }: ElementRange, to: Storage, at: number): void {
    const source = this.#own(from).matrix.values.subarray(start, start + count);
    this.#own(to).matrix.values.set(source, at);
  }

  readFloats(storage: Storage, range?: ElementRange): Promise<Float32Array<ArrayBuffer>> {
    return Promise.resolve(Float32Array.from(this.#elements(storage, range)));
  }

  readWords(storage: Storage, range?: ElementRange): Promise<Uint32Array<ArrayBuffer>> {
    return Promise.resolve(Uint32Array.from(this.#elements(storage, range)));
  }

  async compile(program: Program, options: CompileOptions): Promise<Executable> {
    const { weights, storage, width, timedRuns = 0 } = options;
    if (!(weights instanceof ReferenceWeights)) throw notOurs('The weights');
    const externals = program.tensors.map((tensor) => this.#external(program, tensor, storage));
    const executable: Executable = {
      run: async (values: RunValues = {}, signal?: AbortSignal) => {
        // Fresh for every run, so that nothing lives on from one to the next.
        const tensors = program.tensors.map(
          (tensor, id) => externals[id] ?? emptyMatrix(tensor, NaN),
        );
        for (const op of program.ops) {
          if (signal?.aborted === true) throw new DyditError('cancelled', 'Cancelled.');
          runOp(op, { tensors, weights, width, values });
        }
        return Promise.resolve();
      },
      deviceMs: () => Promise.resolve(timedRuns > 0 ? undefined : []),
      destroy: () => this.live.delete(executable),
    };
    this.live.add(executable);
    return Promise.resolve(executable);
  }

  #external(
    program: Program,
    tensor: Tensor,
    storage: CompileOptions['storage'],
  ): Matrix | undefined {
    const name = tensor.external;
    if (name === undefined) return undefined;
    if (!(name in storage)) {
      throw new DyditError('internal', `${program.label}: no storage is bound to ${name}.`);
    }
    const { matrix } = this.#own(storage[name]);
    if (matrix.rows === tensor.rows && matrix.columns === axisLength(tensor.axis)) return matrix;
    throw new DyditError(
      'internal',
      `${program.label}: ${name} is ${tensor.rows} x ${axisLength(tensor.axis)}; its storage ${matrix.rows} x ${matrix.columns}.`,
    );
  }

  #elements(storage: Storage, range?: ElementRange): Float64Array {
    const { values } = this.#own(storage).matrix;
    const { start, count } = range ?? { start: 0, count: values.length };
    return values.subarray(start, start + count);
  }

  #own(storage: Storage): ReferenceStorage {
    if (storage instanceof ReferenceStorage && this.live.has(storage)) return storage;
    throw notOurs('The storage');
  }
}

function emptyMatrix(spec: TensorSpec, value: number): Matrix {
  return {
    rows: spec.rows,
    columns: axisLength(spec.axis),
    values: new Float64Array(elementCount(spec)).fill(value),
  };
}

function notOurs(what: string): DyditError {
  return new DyditError('internal', `${what} belongs to another lane or was destroyed.`);
}
