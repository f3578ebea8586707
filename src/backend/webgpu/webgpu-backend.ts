import { DyditError, type ErrorReport } from '../../errors';
import type { Backend, BackendReport, Lane, Precision } from '../backend';
import { requestGpu, type Gpu } from './gpu/device';
import { withErrorScopes } from './gpu/error-scope';
import { lossOf, thrownByDevice } from './gpu/failure';
import { KernelLibrary } from './kernel-library';
import { GpuLane, type LaneParts } from './lane';
import { queueTickMs } from './clock';
import { KernelMemory, type KeyValueStore } from './kernel-memory';
import { measureLinear } from './measure-linear';
import { Pace } from './pace';
import { kernelTimer } from './time-kernel';
import { Tuner } from './tune';
import { VariantChoice, type Forced } from './variants/choice';

export interface WebGpuOptions {
  /** Kernels to use wherever they can be; nothing is measured then. */
  readonly forced?: Forced;
  /** `exact` where absent, and where the adapter has no shader-f16. */
  readonly precision?: Precision;
  /** Which of two cards; the fast one where absent. */
  readonly card?: GPUPowerPreference | undefined;
  /** Keeps what was measured from one visit to the next. */
  readonly store?: KeyValueStore;
}

/** Throughput that the pace counts on where nothing was measured. */
const unmeasuredGflops = 10;

/**
 * The backend of a graphics card, or of a WebGPU that runs on the processor.
 * @param gpu `navigator.gpu`, or undefined where the browser has no WebGPU
 * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed`, `out-of-memory`,
 * `device-lost`; nothing is left of the device then
 */
export async function createWebGpuBackend(
  gpu: GPU | undefined,
  options: WebGpuOptions = {},
): Promise<Backend> {
  const device = await requestGpu(gpu, options.card);
  try {
    return await startOn(device, options);
  } catch (thrown) {
    const lost = await lossOf(device);
    device.device.destroy();
    throw lost ? DyditError.fromReport(lost) : thrownByDevice('starting', thrown);
  }
}

async function startOn(
  device: Gpu,
  { forced, precision = 'exact', store }: WebGpuOptions,
): Promise<Backend> {
  const { queue } = device.device;
  const library = new KernelLibrary(device);
  const choice = new VariantChoice(device, forced);
  const tickMs = forced ? 1 : await queueTickMs(queue);
  const gflops = forced
    ? unmeasuredGflops
    : await withErrorScopes(device, 'measuring the kernels', () =>
        measureLinear(library, choice, tickMs),
      );
  const memory = new KernelMemory(store, device);
  const now = (): number => performance.now();
  const time = kernelTimer({ library, gflops, tickMs });
  const tuner = new Tuner({ choice, memory, time, tickMs, now });
  if (!forced) await tuner.recall();
  const pace = new Pace({ queue, gflops, tickMs, now });
  const tune: LaneParts['tune'] = (program, weights, precision) =>
    tuner.prepare({ program, weights, precision });
  const lane = new GpuLane({ library, choice, pace, tune });
  return new WebGpuBackend({ library, lane, tuner, precision, linearGflops: gflops });
}

interface BackendParts {
  readonly library: KernelLibrary;
  readonly lane: GpuLane;
  readonly tuner: Tuner;
  readonly precision: Precision;
  readonly linearGflops: number;
}

class WebGpuBackend implements Backend {
  readonly report: BackendReport;
  readonly lanes: readonly Lane[];
  readonly lost: Promise<ErrorReport>;
  readonly #parts: BackendParts;

  constructor(parts: BackendParts) {
    const { gpu } = parts.library;
    this.#parts = parts;
    this.lanes = [parts.lane];
    this.lost = gpu.lost;
    const { maxBufferSize, maxStorageBufferBindingSize } = gpu.device.limits;
    const largestBytes = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    this.report = {
      kind: 'webgpu',
      description: gpu.description,
      software: gpu.software,
      threads: 1,
      features: featureNames(gpu),
      precision: gpu.features.f16 ? parts.precision : 'exact',
      precisions: gpu.features.f16 ? ['exact', 'fast'] : ['exact'],
      fallbacks: fallbackSentences(gpu),
      linearGflops: parts.linearGflops,
      memory: { largestBytes, int8Bytes: 1, lanes: 1 },
    };
  }

  measureAgain(onProgress: (fraction: number) => void): Promise<number> {
    return this.#parts.tuner.measureAgain(onProgress);
  }

  guard<T>(what: string, work: () => Promise<T>): Promise<T> {
    return withErrorScopes(this.#parts.library.gpu, what, work);
  }

  destroy(): void {
    this.#parts.lane.destroy();
    this.#parts.library.gpu.device.destroy();
  }
}

/** Optional features that are there and used. */
function featureNames({ features }: Gpu): readonly string[] {
  return [
    ...(features.f16 ? ['shader-f16'] : []),
    ...(features.subgroups ? ['subgroups'] : []),
    ...(features.timestamps ? ['timestamp-query'] : []),
  ];
}

function fallbackSentences({ features, software }: Gpu): readonly string[] {
  const sentences: string[] = [];
  if (software) sentences.push('There is no GPU: the processor does its work, slowly.');
  if (!features.f16) {
    sentences.push(
      'No shader-f16: half-precision weights are unpacked to f32 as they are read, and all arithmetic is exact.',
    );
  }
  if (!features.timestamps) {
    sentences.push('No timestamp-query: times are by the clock on the wall.');
  }
  return sentences;
}
