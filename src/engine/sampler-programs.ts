import type { Program } from '../ops/program';
import { Recorder } from '../ops/recorder';
import { denseFloats, denseWords } from '../ops/tensor';

/** Sizes that the sampler's arithmetic works on. */
export interface SamplerShape {
  /** Images of the batch. */
  readonly images: number;
  /** B: images, twice that under guidance. */
  readonly items: number;
  /** Items of the latent that move: the images; both halves in the conformance cases. */
  readonly latentItems: number;
  /** C */
  readonly channels: number;
  /** Cout */
  readonly outChannels: number;
  /** S * S */
  readonly pixels: number;
}

/** `prediction` -> `guided`, both (B * Cout, S * S). */
export function recordGuidance(
  shape: SamplerShape,
  guidance: { readonly scale: number; readonly channels: number },
): Program {
  const net = new Recorder('Sampler.guidance');
  const { images, items, outChannels: channels, pixels } = shape;
  const spec = denseFloats(items * channels, pixels);
  net.guidance(net.external('prediction', spec), net.external('guided', spec), {
    images,
    halves: items === images ? 1 : 2,
    channels,
    guided: guidance.channels,
    scale: guidance.scale,
  });
  return net.finish();
}

/** Moves `latent` (latentItems * C, S * S) by `slot0`, `slot1` (B * Cout, S * S) and `noise`. */
export function recordUpdate(shape: SamplerShape): Program {
  const net = new Recorder('Sampler.update');
  const { items, latentItems, channels, outChannels, pixels } = shape;
  const latent = denseFloats(latentItems * channels, pixels);
  const slot = denseFloats(items * outChannels, pixels);
  net.update(
    net.external('latent', latent),
    {
      p0: net.external('slot0', slot),
      p1: net.external('slot1', slot),
      noise: net.external('noise', latent),
      flags: net.external('flags', denseWords(1, 1)),
    },
    { items: latentItems, channels, outChannels },
  );
  return net.finish();
}

/** Guesses `clean` (latentItems * C, S * S) from `latent` and `slot0`. */
export function recordEstimate(shape: SamplerShape): Program {
  const net = new Recorder('Sampler.estimate');
  const { items, latentItems, channels, outChannels, pixels } = shape;
  const latent = denseFloats(latentItems * channels, pixels);
  net.estimate(
    net.external('latent', latent),
    net.external('slot0', denseFloats(items * outChannels, pixels)),
    net.external('clean', latent),
    { items: latentItems, channels, outChannels },
  );
  return net.finish();
}
