import { DyditError, type ErrorReport } from '../../../errors';

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

/** Software rasterisers by the words in their adapter info; `isFallbackAdapter` misses some. */
const softwareAdapter = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render|warp/i;

/** Raised to what the adapter has, because large checkpoints need them; the rest stay default. */
const raisedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

const browserAdvice =
  'Use a recent Chrome or Edge (113 or newer), Safari 26, or Firefox 141 or newer, on a computer or phone with an up-to-date graphics driver.';

/**
 * Asks for an adapter and a device, with optional features only where the adapter has them.
 * @param gpu `navigator.gpu`, or undefined where the browser has no WebGPU
 * @throws DyditError `webgpu-unavailable` or `adapter-refused`
 */
export async function requestGpu(gpu: GPU | undefined): Promise<Gpu> {
  if (!gpu) {
    throw new DyditError('webgpu-unavailable', 'This browser has no WebGPU.', browserAdvice);
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    throw new DyditError(
      'adapter-refused',
      'The browser has WebGPU but gave no graphics adapter.',
      'Check that hardware acceleration is on in the browser settings and that the graphics driver is up to date, then reload.',
    );
  }
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
  const { vendor, architecture, description, device: model } = adapter.info;
  const words = [vendor, architecture, model, description].filter((word) => word !== '');
  const name = [...new Set(words)].join(' ') || 'unnamed adapter';
  return {
    device,
    features,
    description: name,
    software: adapter.info.isFallbackAdapter || softwareAdapter.test(name),
    lost: device.lost.then((info) => ({
      code: 'device-lost',
      message: `The graphics device was lost${info.message ? `: ${info.message}` : '.'}`,
      advice: 'Start the engine again; your settings and pictures are kept.',
    })),
  };
}
