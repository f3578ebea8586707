import type { ErrorReport } from '../errors';
import type { ModelSource } from '../engine/api';

/** What a handful of files turned out to be. */
export type OpenedFiles =
  | { readonly kind: 'picture'; readonly file: File }
  | { readonly kind: 'model'; readonly source: ModelSource }
  | { readonly kind: 'refused'; readonly error: ErrorReport };

const weights = /\.(pt|pth|safetensors)$/i;

/** What people and diffusers call the file of an autoencoder. */
const autoencoder = /vae|autoencoder|diffusion_pytorch_model/i;

/** @param current the model in use: an autoencoder alone joins the checkpoint that came before it */
export function sortFiles(files: readonly File[], current: ModelSource): OpenedFiles {
  const picture = files.find(({ name }) => /\.png$/i.test(name));
  if (picture && files.length === 1) return { kind: 'picture', file: picture };
  const named = files.filter(({ name }) => weights.test(name));
  const first = named.at(0);
  const second = named.at(1);
  if (!first || named.length > 2 || named.length < files.length) return refuse(files);
  if (second) return { kind: 'model', source: pair(first, second) };
  if (autoencoder.test(first.name) && current.kind === 'files') {
    return { kind: 'model', source: { ...current, vae: first } };
  }
  return { kind: 'model', source: { kind: 'files', checkpoint: first } };
}

/** Of two files the one named like an autoencoder is it; without a name, the smaller one. */
function pair(a: File, b: File): ModelSource {
  const aIsVae = autoencoder.test(a.name);
  const swap = aIsVae === autoencoder.test(b.name) ? a.size < b.size : aIsVae;
  return { kind: 'files', checkpoint: swap ? b : a, vae: swap ? a : b };
}

function refuse(files: readonly File[]): OpenedFiles {
  const names = files.map(({ name }) => name).join(', ');
  return {
    kind: 'refused',
    error: {
      code: 'checkpoint-unsupported',
      message: `This page cannot open ${names || 'an empty selection'}.`,
      advice:
        'Drop a DiT or DyDiT checkpoint (.pt or .safetensors), with its VAE (.safetensors) if you have it, or a PNG saved from this page.',
    },
  };
}

/** The name links use for a model; `undefined` for the one that comes with the page. */
export function nameOfSource(source: ModelSource): string | undefined {
  return source.kind === 'files' ? source.checkpoint.name : undefined;
}
