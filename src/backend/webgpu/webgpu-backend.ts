import type { ErrorReport } from '../../errors';
import type { Backend, BackendReport, Lane } from '../backend';
import { requestGpu, type Gpu } from './gpu/device';
import { withErrorScopes } from './gpu/error-scope';
import { KernelLibrary, type LinearVariant } from './kernel-library';
import { GpuLane } from './lane';
import { tuneLinear } from './tune';

export interface WebGpuOptions {
  /** The linear kernel to use; the fastest by measurement where absent. */
  readonly linearVariant?: LinearVariant;
}

/**
 * The backend of a graphics card, or of a WebGPU that runs on the processor.
 * @param gpu `navigator.gpu`, or undefined where the browser has no WebGPU
 * @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed`
 */
export async function createWebGpuBackend(
  gpu: GPU | undefined,
  { linearVariant }: WebGpuOptions = {},
): Promise<Backend> {
  const device = await requestGpu(gpu);
  const library = new KernelLibrary(device);
  const lane = new GpuLane(library);
  if (linearVariant) library.linearVariant = linearVariant;
  else {
    await withErrorScopes(device, 'measuring the kernels', () => tuneLinear(library, lane));
  }
  return new WebGpuBackend(library, lane);
}

class WebGpuBackend implements Backend {
  readonly report: BackendReport;
  readonly lanes: readonly Lane[];
  readonly lost: Promise<ErrorReport>;
  readonly #gpu: Gpu;
  readonly #lane: GpuLane;

  constructor(library: KernelLibrary, lane: GpuLane) {
    const { gpu } = library;
    this.#gpu = gpu;
    this.#lane = lane;
    this.lanes = [lane];
    this.lost = gpu.lost;
    this.report = {
      kind: 'webgpu',
      description: gpu.description,
      software: gpu.software,
      threads: 1,
      features: featureNames(gpu),
      fallbacks: fallbackSentences(gpu),
      linearGflops: library.linearGflops,
    };
  }

  guard<T>(what: string, work: () => Promise<T>): Promise<T> {
    return withErrorScopes(this.#gpu, what, work);
  }

  destroy(): void {
    this.#lane.destroy();
    this.#gpu.device.destroy();
  }
}

/** Optional features that are there and used. */
function featureNames({ features }: Gpu): readonly string[] {
  return [
    ...(features.f16 ? ['shader-f16'] : []),
    ...(features.timestamps ? ['timestamp-query'] : []),
  ];
}

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
