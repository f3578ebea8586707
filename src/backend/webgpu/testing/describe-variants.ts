import { describeOps, suiteParts } from '../../testing/describe-ops';
import type { Tolerance } from '../../testing/expect-close';
import { attentionVariants } from '../variants/attention';
import { convVariants } from '../variants/conv';
import { linearVariants } from '../variants/linear';
import type { Precision } from '../../backend';
import { createWebGpuBackend } from '../webgpu-backend';

/**
 * Runs the op suite with every kernel of a precision forced in turn, each in the parts that it is used
 * in. An adapter that lacks what a kernel needs fails.
 */
export function describeVariants(precision: Precision, tolerance: Tolerance): void {
  const kinds = [
    { kind: 'linear', variants: linearVariants },
    { kind: 'attention', variants: attentionVariants },
    { kind: 'conv', variants: convVariants },
  ] as const;
  for (const { kind, variants } of kinds) {
    for (const { name } of variants.filter((variant) => variant.precision === precision)) {
      const start = () => createWebGpuBackend(navigator.gpu, { forced: { [kind]: name } });
      describeOps(`${kind} by ${name}, webgpu`, start, { tolerance }, suiteParts[kind]);
    }
  }
}
