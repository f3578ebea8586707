import type { Backend } from '../backend/backend';
import { DyditError, type ErrorReport } from '../errors';
import type {
  BackendOptions,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  LoadProgress,
  MachineReport,
  ModelInfo,
  ModelSource,
} from './api';
import { assertInteger } from './assert-number';
import { chooseBackend, type ChosenBackend } from './choose-backend';
import { generate, type PictureModel } from './generate';
import { requestLimits } from './limits';
import { loadModel } from './load-model';
import { validateRequest } from './validate-request';

/** A model ready to generate. */
export interface SessionModel extends PictureModel {
  readonly info: ModelInfo;
  destroy(): void;
}

/** How a session comes by a model; tests put a model of known outcome in its place. */
type LoadModel = (
  backend: Backend,
  source: ModelSource,
  control: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: LoadProgress) => void;
    readonly images?: number | undefined;
  },
) => Promise<SessionModel>;

/** One backend with at most one model: the engine without the messages to and from a worker. */
export class Session {
  readonly machine: MachineReport;
  readonly #backend: Backend;
  readonly #loadModel: LoadModel;
  #model: SessionModel | undefined;
  /** Where the model came from. */
  #source: ModelSource | undefined;
  #busy = false;
  #lostReport: ErrorReport | undefined;

  constructor({ backend, machine }: ChosenBackend, loading: LoadModel = loadModel) {
    this.#backend = backend;
    this.machine = machine;
    this.#loadModel = loading;
    void backend.lost.then((report) => {
      this.#lostReport = report;
    });
  }

  /**
   * Starts a backend.
   * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed`, `invalid-request`
   */
  static async start(options: BackendOptions): Promise<Session> {
    return new Session(await chooseBackend(options));
  }

  /** Resolves when the backend can't be used any more. */
  get lost(): Promise<ErrorReport> {
    return this.#backend.lost;
  }

  /**
   * Loads a model in place of the present one, which stays if loading fails. Where there is no room
   * for both, the present one is freed first, and comes back if the new one fails all the same.
   * @param images see `LoadOptions`
   */
  load(
    source: ModelSource,
    signal: AbortSignal,
    onProgress: (progress: LoadProgress) => void,
    images?: number,
  ): Promise<ModelInfo> {
    return this.#alone(async () => {
      if (images !== undefined) {
        assertInteger('The number of images', images, requestLimits.images);
      }
      const load = (from: ModelSource, until: AbortSignal, atOnce?: number) =>
        this.#loadModel(this.#backend, from, { signal: until, onProgress, images: atOnce });
      let model: SessionModel;
      try {
        model = await load(source, signal, images);
      } catch (thrown) {
        const present = this.#source;
        if (!this.#model || !present || DyditError.from(thrown).code !== 'out-of-memory')
          throw thrown;
        this.#put(undefined);
        try {
          model = await load(source, signal, images);
        } catch (again) {
          this.#put(await load(present, new AbortController().signal), present);
          throw again;
        }
      }
      this.#put(model, source);
      return model.info;
    });
  }

  #put(model: SessionModel | undefined, source?: ModelSource): void {
    this.#model?.destroy();
    this.#model = model;
    this.#source = source;
  }

  /** @throws DyditError `invalid-request`, `out-of-memory`, `limit-too-small`, `not-finite`, `cancelled` */
  generate(
    request: GenerateRequest,
    signal: AbortSignal,
    options: Omit<GenerateOptions, 'signal'>,
  ): Promise<GenerateResult> {
    return this.#alone(async () => {
      if (!this.#model) {
        throw new DyditError('invalid-request', 'No model is loaded.', 'Load a model first.');
      }
      validateRequest(request, this.#model.info);
      return generate(this.#model, request, { ...options, signal });
    });
  }

  /** Measures the kernels anew. @returns how many shapes were measured */
  measureAgain(onProgress: (fraction: number) => void): Promise<number> {
    const backend = this.#backend;
    return this.#alone(async () => (await backend.measureAgain?.(onProgress)) ?? 0);
  }

  /** Frees everything; the session is then of no use. */
  destroy(): void {
    this.#put(undefined);
    this.#backend.destroy();
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#busy) {
      throw new DyditError(
        'invalid-request',
        'The engine is at work already.',
        'Wait for it to end, or cancel it.',
      );
    }
    this.#busy = true;
    try {
      return await work();
    } catch (error) {
      // Whatever fails on a device that is gone fails because it is gone.
      throw this.#lostReport ? DyditError.fromReport(this.#lostReport) : DyditError.from(error);
    } finally {
      this.#busy = false;
    }
  }
}
