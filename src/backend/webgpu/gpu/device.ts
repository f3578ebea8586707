import { DyditError, type ErrorReport } from '../../../errors';
import { webGpuBrowsers } from '../../../webgpu-browsers';
import { isSoftware, adapterName, type AdapterWords } from './adapter-words';

/** Optional features the engine makes use of where the adapter has them. */
export interface GpuFeatures {
  readonly f16: boolean;
  readonly subgroups: boolean;
  readonly timestamps: boolean;
}

/** A device with what is known about its adapter. */
export interface Gpu {
  readonly device: GPUDevice;
  readonly features: GpuFeatures;
  /** Vendor, architecture and description as far as the browser tells. */
  readonly description: string;
  /** True for a CPU rasteriser. */
  readonly software: boolean;
  /** Resolves, never rejects, when the device is gone. */
  readonly lost: Promise<ErrorReport>;
}

/** Raised to what the adapter has, because large checkpoints need them; the rest stay default. */
const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

const browserAdvice = `These have it, with an up-to-date graphics driver: ${webGpuBrowsers}.`;

/** A browser that has only just restarted its GPU process gives no adapter for a moment. */
const secondTryMs = 200;

/**
 * Asks for an adapter and a device, with optional features only where the adapter has them.
 * @param gpu `navigator.gpu`, or undefined where the browser has no WebGPU
 * @param card see `requestAdapter`
 * @throws DyditError `webgpu-unavailable` or `adapter-refused`
 */
export async function requestGpu(gpu: GPU | undefined, card?: GPUPowerPreference): Promise<Gpu> {
  if (!gpu) {
    throw new DyditError('webgpu-unavailable', 'This browser has no WebGPU.', browserAdvice);
  }
  const adapter = await requestAdapter(gpu, card);
  const features: GpuFeatures = {
    f16: adapter.features.has('shader-f16'),
    subgroups: adapter.features.has('subgroups'),
    timestamps: adapter.features.has('timestamp-query'),
  };
  const requiredFeatures: GPUFeatureName[] = [];
  if (features.f16) requiredFeatures.push('shader-f16');
  if (features.subgroups) requiredFeatures.push('subgroups');
  if (features.timestamps) requiredFeatures.push('timestamp-query');
  const requiredLimits = Object.fromEntries(
    raisedLimits.map((name) => [name, adapter.limits[name]]),
  );
  const device = await adapter
    .requestDevice({ label: 'dydit', requiredFeatures, requiredLimits })
    .catch((cause: unknown) => {
      throw new DyditError(
        'adapter-refused',
        `The graphics adapter refused to start: ${String(cause)}`,
        'Close other tabs that use the graphics card, then reload.',
        { cause },
      );
    });
  const words: AdapterWords = adapter;
  const name = adapterName(words);
  return {
    device,
    features,
    description: name,
    software: isSoftware(words, name),
    lost: device.lost.then((info) => ({
      code: 'device-lost',
      message: `The graphics device was lost${info.message ? `: ${info.message}` : '.'}`,
      advice: 'Start the engine again; your settings and pictures are kept.',
    })),
  };
}

/**
 * The card; after a moment again, where there is none; at last the processor's imitation of one.
 * @param card which of two the browser is asked for; it may give the same one for both
 * @throws DyditError `adapter-refused`
 */
export async function requestAdapter(
  gpu: GPU,
  card: GPUPowerPreference = 'high-performance',
): Promise<GPUAdapter> {
  const options: GPURequestAdapterOptions = { powerPreference: card };
  const first = await gpu.requestAdapter(options).catch(() => null);
  if (first) return first;
  await new Promise((resolve) => setTimeout(resolve, secondTryMs));
  try {
    const second = await gpu.requestAdapter(options);
    const last = second ?? (await gpu.requestAdapter({ forceFallbackAdapter: true }));
    if (last) return last;
  } catch (cause) {
    throw noAdapter(`: ${String(cause)}`, cause);
  }
  throw noAdapter('.');
}

function noAdapter(reason: string, cause?: unknown): DyditError {
  return new DyditError(
    'adapter-refused',
    `The browser has WebGPU but gave no graphics adapter${reason}`,
    'Check that hardware acceleration is on in the browser settings and that the graphics driver is up to date, then reload.',
    { cause },
  );
}
