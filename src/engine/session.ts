import { DyditError, type ErrorReport } from '../errors';
import { requestGpu, type Gpu } from '../backend/webgpu/gpu/device';
import { withErrorScopes } from '../backend/webgpu/gpu/error-scope';
import { KernelLibrary } from '../backend/webgpu/kernels/library';
import { tuneLinear } from '../backend/webgpu/kernels/tune';
import type {
  MachineReport,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  LoadProgress,
  ModelInfo,
  ModelSource,
} from './api';
import { generate } from './generate';
import { loadModel, type LoadedModel } from './load-model';
import { validateRequest } from './validate-request';

/** One GPU device with at most one model; what the worker does, without the messages. */
export class Session {
  #model: LoadedModel | undefined;
  #busy = false;
  #lostReport: ErrorReport | undefined;

  private constructor(
    private readonly gpu: Gpu,
    private readonly library: KernelLibrary,
    readonly machine: MachineReport,
    onLost: (report: ErrorReport) => void,
  ) {
    void gpu.lost.then((report) => {
      this.#lostReport = report;
      onLost(report);
    });
  }

  /**
   * Asks for a device and measures its kernels.
   * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed`
   */
  static async start(
    navigatorGpu: GPU | undefined,
    onLost: (report: ErrorReport) => void,
  ): Promise<Session> {
    const gpu = await requestGpu(navigatorGpu);
    const library = new KernelLibrary(gpu);
    await withErrorScopes(gpu, 'measuring the kernels', () => tuneLinear(library));
    const machine: MachineReport = {
      kind: 'webgpu',
      threads: 1,
      description: gpu.description,
      software: gpu.software,
      features: gpu.device.features.has('shader-f16') ? ['shader-f16'] : [],
      fallbacks: fallbackSentences(gpu),
      linearGflops: library.linearGflops,
    };
    return new Session(gpu, library, machine, onLost);
  }

  /** Why the device is gone, once it is. */
  get lostReport(): ErrorReport | undefined {
    return this.#lostReport;
  }

  /** Loads a model in place of the present one, which stays if loading fails. */
  async load(
    source: ModelSource,
    signal: AbortSignal,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<ModelInfo> {
    return this.#alone(async () => {
      const model = await loadModel(this.library, source, signal, onProgress);
      this.#model?.destroy();
      this.#model = model;
      return model.info;
    });
  }

  /** @throws DyditError `invalid-request`, `out-of-memory`, `limit-too-small`, `not-finite`, `cancelled` */
  async generate(
    request: GenerateRequest,
    signal: AbortSignal,
    options: Pick<GenerateOptions, 'onStep' | 'onPreview'>,
  ): Promise<GenerateResult> {
    return this.#alone(async () => {
      if (!this.#model) {
        throw new DyditError('invalid-request', 'No model is loaded.', 'Load a model first.');
      }
      validateRequest(request, this.#model.info);
      return generate(this.library, this.#model, request, { ...options, signal });
    });
  }

  simulateDeviceLoss(): void {
    this.gpu.device.destroy();
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
    } finally {
      this.#busy = false;
    }
  }
}

/** What the engine does without on this adapter, in words. */
function fallbackSentences({ features, software }: Gpu): readonly string[] {
  const sentences: string[] = [];
  if (software) sentences.push('There is no GPU: the processor does its work, slowly.');
  if (!features.f16) {
    sentences.push('No shader-f16: half-precision weights are unpacked to f32 as they are read.');
  }
  if (!features.timestamps) {
    sentences.push('No timestamp-query: times are by the clock on the wall.');
  }
  return sentences;
}
