import { describeOps, suiteParts } from '../../testing/describe-ops';
import type { Tolerance } from '../../testing/expect-close';
import { attentionVariants } from '../variants/attention';
import { convVariants } from '../variants/conv';
import { linearVariants } from '../variants/linear';
import type { Precision } from '../../backend';
import type { ForcedBackend } from './forced-backend';

const kinds = [
  { kind: 'linear', variants: linearVariants },
  { kind: 'attention', variants: attentionVariants },
  { kind: 'conv', variants: convVariants },
] as const;

/**
 * Runs the op suite with every kernel of a precision forced in turn, each in the parts that it is used
 * in, norms done in the product behind them. An adapter that lacks what a kernel needs fails.
 * @param but names of variants that are forced through all of the suite elsewhere
 */
export function describeVariants(
  { backend, force }: ForcedBackend,
  precision: Precision,
  { tolerance, but = [] }: { readonly tolerance: Tolerance; readonly but?: readonly string[] },
): void {
  for (const { kind, variants } of kinds) {
    for (const { name, precision: own } of variants) {
      if (own !== precision || but.includes(name)) continue;
      const start = () => {
        force({ [kind]: name, fused: true });
        return Promise.resolve(backend);
      };
      const options = { tolerance, oneActivation: true, shared: true };
      describeOps(`${kind} by ${name}, webgpu`, start, options, suiteParts[kind]);
    }
  }
}
