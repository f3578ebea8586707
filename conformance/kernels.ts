import type { Precision } from '../src/backend/backend';
import { attentionVariants } from '../src/backend/webgpu/variants/attention';
import { linearVariants } from '../src/backend/webgpu/variants/linear';
import type { WebGpuOptions } from '../src/backend/webgpu/webgpu-backend';

/** What cases are to be run with. */
export interface AskedKernels {
  /** Name of a kernel that is used wherever it can be; see backend/webgpu/variants/. */
  readonly variant?: string;
  readonly precision?: Precision;
}

/** Names of the kernels of a precision. */
export function variantNames(precision: Precision): readonly string[] {
  return [...linearVariants, ...attentionVariants]
    .filter((variant) => variant.precision === precision)
    .map(({ name }) => name);
}

/** How a backend is started for it. */
export function webGpuOptions({ variant, precision }: AskedKernels): WebGpuOptions {
  if (variant === undefined) return { precision };
  const isAttention = attentionVariants.some(({ name }) => name === variant);
  return { precision, forced: isAttention ? { attention: variant } : { linear: variant } };
}
