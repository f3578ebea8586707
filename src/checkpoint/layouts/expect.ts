import { DyditError } from '../../errors';
import type { TensorMap } from '../tensor';
import { quoted, unsupported } from '../failure';
import { auditDit, countDitBlocks, type KeyAudit } from './dit-keys';
import { recognise, type Network } from './recognise';
import { auditDecoder } from './decoder-keys';

/**
 * Checks that weights are those of a whole DiT or DyDiT that the engine runs as it was trained.
 * @param tensors under the official names
 * @throws DyditError `checkpoint-unsupported` saying what the weights are instead, or which of them
 *   the engine would leave out; `checkpoint-incomplete` naming what is missing
 */
export function expectDit(tensors: TensorMap): void {
  expectKind(tensors, ['dit']);
  const what = `a ${describeDit(tensors)}`;
  expectWhole(auditDit(tensors), what);
}

/** Checks that weights are those of a whole picture decoder, a tiny one too; throws as `expectDit`. */
export function expectVae(tensors: TensorMap): void {
  expectKind(tensors, ['vae', 'tiny']);
  expectWhole(auditDecoder(tensors), 'the decoder of a VAE');
}

/** A DiT in words: "DyDiT of 12 layers". */
export function describeDit(tensors: TensorMap): string {
  const names = [...tensors.keys()];
  const depth = countDitBlocks(names);
  const dynamic = names.some((name) => name.includes('_rate.router.'));
  return `${dynamic ? 'DyDiT' : 'DiT'} of ${depth} ${depth === 1 ? 'layer' : 'layers'}`;
}

/** Says why weights that can't be run can't. */
export function refuseNetwork(network: Network, names: readonly string[]): DyditError {
  switch (network.kind) {
    case 'foreign':
      return unsupported(`This is ${network.foreign.what}.`, network.foreign.advice);
    case 'dit':
      return unsupported(
        'This is a DiT, where a VAE was expected.',
        'Drop the DiT and the VAE together; which is which is told by what they hold.',
      );
    case 'vae':
    case 'tiny':
      return unsupported(
        'This is a VAE, which turns latents into pictures, and no DiT.',
        'Drop it together with the DiT that it belongs to.',
      );
    case 'unknown':
      return unsupported(
        `This is no network that is known here; its tensors are called ${nameSome(names, 3)}.`,
        'The engine runs DiT and DyDiT checkpoints under the names of the official code or of diffusers, and VAEs under those of diffusers or of latent diffusion.',
      );
  }
}

function expectKind(tensors: TensorMap, kinds: readonly Network['kind'][]): void {
  const names = [...tensors.keys()];
  const network = recognise(names);
  if (!kinds.includes(network.kind)) throw refuseNetwork(network, names);
}

function expectWhole({ missing, unused }: KeyAudit, what: string): void {
  if (missing.length > 0) {
    throw new DyditError(
      'checkpoint-incomplete',
      `This seems to be ${what}, but it lacks ${nameSome(missing, 3)}.`,
      'If the model is in several files, drop the others as well; else save it whole.',
    );
  }
  if (unused.length > 0) {
    throw unsupported(
      `This is ${what} with parts that the engine does not have: ${nameSome(unused, 3)}. Without them it would draw other pictures than it was trained to.`,
      'Use a model of the official DiT or DyDiT code, without additions to its layers.',
    );
  }
}

/** The first names, and how many more there are. */
export function nameSome(names: readonly string[], most: number): string {
  const first = names.slice(0, most).map(quoted);
  const left = names.length - first.length;
  if (left > 0) return `${first.join(', ')} and ${left} more`;
  return first.length > 1
    ? `${first.slice(0, -1).join(', ')} and ${first[first.length - 1]}`
    : (first.at(0) ?? 'nothing');
}
