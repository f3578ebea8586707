import type { EstimateCoefficients, UpdateCoefficients } from '../ops/run-values';
import type { Sampler } from './denoiser';

/** A step that asks the network once. */
export interface SingleEvaluationStep {
  readonly networkTime: number;
  /** Where the step ends, for networks that are told. */
  readonly networkEnd?: number;
  readonly cleanEstimate: EstimateCoefficients;
  readonly update: UpdateCoefficients;
}

/** The sampler that takes `plan`'s steps in order: predict, preview, update. */
export function singleEvaluationSampler(plan: readonly SingleEvaluationStep[]): Sampler {
  const steps = plan.length;
  const networkEnds = plan.flatMap(({ networkEnd }) => networkEnd ?? []);
  return {
    networkTimes: plan.map(({ networkTime }) => networkTime),
    ...(networkEnds.length > 0 && { networkEnds }),
    steps,
    async run(denoiser, from = 0) {
      for (const [step, { cleanEstimate, update }] of [...plan.entries()].slice(from)) {
        await denoiser.predict(step, 0);
        await denoiser.preview(cleanEstimate);
        await denoiser.update(update);
        await denoiser.endStep({ step, steps });
      }
    },
  };
}
