import type { DitConfig } from '../config';
import {
  referenceForward,
  type ReferenceGates,
  type ReferenceInput,
  type ReferenceOutput,
} from './forward';
import type { ReferenceTensors } from './weights';

export interface ReferenceGuidance {
  readonly scale: number;
  /** Latent channels that are guided, from the first; official DiT and DyDiT guide 3. */
  readonly channels: number | 'all';
}

/** Both halves, each (Cout, S, S) with masks; the guided channels of both are the same. */
export interface ReferenceGuided {
  readonly conditional: ReferenceOutput;
  readonly unconditional: ReferenceOutput;
}

/**
 * Classifier-free guidance as `forward_with_cfg` of official DiT has it: the network reads the
 * same latent for both halves; guided channels become u + scale*(c - u) in both; the other
 * channels, and the variance, stay those of each half.
 * @param input the conditional half; the other half has the null class and the null style
 * @throws DyditError `checkpoint-broken` where a tensor is missing or of another size
 */
export function referenceGuided(
  config: DitConfig,
  tensors: ReferenceTensors,
  input: ReferenceInput,
  guidance: ReferenceGuidance,
  gates: ReferenceGates,
): ReferenceGuided {
  const nullInput = { ...input, mix: undefined, y: config.numClasses, s: config.numStyles };
  const conditional = referenceForward(config, tensors, input, gates);
  const unconditional = referenceForward(config, tensors, nullInput, gates);
  const channels =
    guidance.channels === 'all'
      ? config.inChannels
      : Math.min(guidance.channels, config.inChannels);
  for (let i = 0; i < channels * config.inputSize ** 2; i++) {
    const u = unconditional.out[i];
    const guided = u + guidance.scale * (conditional.out[i] - u);
    conditional.out[i] = guided;
    unconditional.out[i] = guided;
  }
  return { conditional, unconditional };
}
