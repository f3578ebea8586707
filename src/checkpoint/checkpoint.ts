import type { WeightsChoice } from './choose-weights';
import type { JsonObject } from './json';
import type { Network } from './layouts/recognise';
import type { TensorMap } from './tensor';

export type { CheckpointDtype, CheckpointTensor, TensorMap } from './tensor';

/** A checkpoint whose index has been read and checked; tensor data still lies in the file. */
export interface Checkpoint {
  readonly format: 'safetensors' | 'pytorch';
  /**
   * The chosen weights. Those of a DiT have the official names and those of a VAE the names of
   * diffusers, whatever layout the file has; int8 with scales is widened to f32.
   */
  readonly tensors: TensorMap;
  /** What network the chosen weights are, and by whose names the file has them. */
  readonly network: Network;
  /** All sets of weights in the file, the likeliest first. */
  readonly choices: readonly WeightsChoice[];
  /** Name of the chosen one; empty for the file itself. */
  readonly chosen: string;
  /** `__metadata__` of a safetensors file; empty for PyTorch. */
  readonly metadata: ReadonlyMap<string, string>;
  /** What the file says besides its weights: options of its training, metadata. */
  readonly settings: JsonObject;
  /** Python types whose objects were passed over; nothing of them was run. */
  readonly skippedTypes: readonly string[];
}
