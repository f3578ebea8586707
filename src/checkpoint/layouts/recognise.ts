import type { TensorMap } from '../tensor';
import { fromDiffusersDit } from './diffusers-dit';
import { isDitKey, isTellingDitKey } from './dit-keys';
import { fromLdmVae, isLdmVaeKey } from './ldm-vae';
import { nameForeign, type ForeignKind } from './foreign';
import { fromTaesd, namingOfTinyVae } from './tiny-vae';

/** What a set of weights is, and by whose names. */
export type Network =
  | { readonly kind: 'dit'; readonly naming: 'official' | 'diffusers' }
  | { readonly kind: 'vae'; readonly naming: 'diffusers' | 'ldm' }
  /** A decoder of the tiny kind. */
  | { readonly kind: 'tiny'; readonly naming: 'diffusers' | 'taesd' }
  | { readonly kind: 'foreign'; readonly foreign: ForeignKind }
  | { readonly kind: 'unknown' };

const diffusersDit =
  /^(transformer_blocks\.\d+\.(attn1|norm1|ff|attn|mlp|adaLN_modulation|attn_rate|mlp_rate|token_selection)\.|proj_out_[12]\.|pos_embed\.(proj\.|pos_embed$))/;
const decoder =
  /^(decoder\.(conv_in|conv_out|conv_norm_out|norm_out|up|up_blocks|mid|mid_block)|post_quant_conv)\./;

/**
 * Says what network weights of these names belong to: all of it or a part.
 * @param names as they are in the file, without what wrappers put before them
 */
export function recognise(names: readonly string[]): Network {
  const foreign = nameForeign(names);
  const isVae = names.some((name) => decoder.test(name));
  const tiny = namingOfTinyVae(names);
  const isDecoder = isVae || tiny !== undefined;
  if (foreign && !(isDecoder && foreign.sparesDecoders)) return { kind: 'foreign', foreign };
  if (names.some((name) => diffusersDit.test(name))) return { kind: 'dit', naming: 'diffusers' };
  if (isVae) return { kind: 'vae', naming: names.some(isLdmVaeKey) ? 'ldm' : 'diffusers' };
  if (tiny) return { kind: 'tiny', naming: tiny };
  const fitting = names.filter(isDitKey).length;
  const isDit = 2 * fitting >= names.length && names.some(isTellingDitKey);
  return isDit ? { kind: 'dit', naming: 'official' } : { kind: 'unknown' };
}

/** True for the networks that the engine has a use for. */
export function canRun({ kind }: Network): boolean {
  return kind === 'dit' || kind === 'vae' || kind === 'tiny';
}

/**
 * The weights under the names that the engine runs them by; those of no known network are left as
 * they are.
 * @throws DyditError `checkpoint-unsupported` where parts that belong together do not fit
 */
export function withEngineNames(network: Network, tensors: TensorMap): TensorMap {
  if (network.kind === 'dit' && network.naming === 'diffusers') return fromDiffusersDit(tensors);
  if (network.kind === 'vae' && network.naming === 'ldm') return fromLdmVae(tensors);
  if (network.kind === 'tiny' && network.naming === 'taesd') return fromTaesd(tensors);
  return tensors;
}
