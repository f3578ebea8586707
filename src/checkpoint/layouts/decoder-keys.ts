import type { TensorMap } from '../tensor';
import type { KeyAudit } from './dit-keys';
import { auditTinyVae, namingOfTinyVae } from './tiny-vae';
import { auditVae } from './vae-keys';

/** Whether these are the weights of a tiny decoder, under diffusers' names. */
export function isTinyVae(tensors: TensorMap): boolean {
  return namingOfTinyVae([...tensors.keys()]) !== undefined;
}

/** Holds the names of a picture decoder of either kind against what it asks for. */
export function auditDecoder(tensors: TensorMap): KeyAudit {
  return isTinyVae(tensors) ? auditTinyVae(tensors) : auditVae(tensors);
}
