import type { Precision } from '../../backend';
import type { Gpu, GpuFeatures } from '../gpu/device';
import type { Kernel } from '../gpu/kernel';

/** Limits of a device that variants need to know. */
export type Limits = Pick<
  GPUSupportedLimits,
  'maxComputeWorkgroupStorageSize' | 'maxComputeInvocationsPerWorkgroup'
>;

/** What a device must have for a variant. */
export interface Needs {
  readonly features?: readonly (keyof GpuFeatures)[];
  readonly limits?: Partial<Limits>;
  /** A processor that imitates a card: kernels that take its order of threads for granted. */
  readonly software?: true;
}

/** One way to do an op. */
export interface Variant<Shape, Builder> {
  readonly name: string;
  /**
   * All `exact` ones give the same bits, because they sum in the same order, so that a measurement may
   * choose among them; `fast` ones are for programs that were compiled so.
   */
  readonly precision: Precision;
  readonly needs: Needs;
  /** Whether it can do an op of this shape. */
  readonly accepts: (shape: Shape) => boolean;
  /** @throws DyditError `shader-failed` */
  readonly build: (builder: Builder, shape: Shape) => Promise<Kernel>;
}

/** Whether a device has what a variant needs. */
export function meets(
  { features = [], limits = {}, software }: Needs,
  gpu: Pick<Gpu, 'features' | 'software'> & { readonly device: { readonly limits: Limits } },
): boolean {
  const { maxComputeWorkgroupStorageSize = 0, maxComputeInvocationsPerWorkgroup = 0 } = limits;
  return (
    (software === undefined || gpu.software) &&
    features.every((feature) => gpu.features[feature]) &&
    maxComputeWorkgroupStorageSize <= gpu.device.limits.maxComputeWorkgroupStorageSize &&
    maxComputeInvocationsPerWorkgroup <= gpu.device.limits.maxComputeInvocationsPerWorkgroup
  );
}

/** What a variant needs, in words. */
export function describeNeeds({ features = [], limits = {}, software }: Needs): string {
  const { maxComputeWorkgroupStorageSize: bytes, maxComputeInvocationsPerWorkgroup: threads } =
    limits;
  return [
    ...features,
    ...(software ? ['a processor that imitates a graphics card'] : []),
    ...(bytes === undefined ? [] : [`${bytes} bytes of workgroup memory`]),
    ...(threads === undefined ? [] : [`${threads} threads in a workgroup`]),
  ].join(', ');
}
