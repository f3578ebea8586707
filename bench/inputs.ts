import { Owned } from '../src/backend/owned';
import { createWasmBackend } from '../src/backend/wasm/wasm-backend';
import { outChannels, type DitConfig } from '../src/network/config';
import { Dit } from '../src/network/dit/dit';
import { inferDitConfig } from '../src/network/dit/infer-config';
import { unmixed, type Label } from '../src/network/dit/label';
import { emojiGuidance, type BenchModel } from './models';
import type { ConfigName } from './names';
import { random } from './synthetic';

/** What the evaluations of a benchmark are made on, the same for everybody. Plain data. */
export interface BenchInputs {
  /** One label an image. */
  readonly labels: readonly Label[];
  /** Twice as many items as images: each also with the null labels. */
  readonly guided: boolean;
  /** Timestep of each evaluation, as the network receives it. */
  readonly networkTimes: readonly number[];
  /** Latents of each evaluation, images * C * S * S. */
  readonly latents: readonly (readonly number[])[];
}

/** Steps of the shipped model's sampler, and those of them that are timed: an early and a late one. */
const steps = 25;
const timedSteps = [6, 18] as const;

/**
 * The shipped model is timed on latents of its own pictures, because on others its token routers
 * would decide otherwise; the synthetic ones on noise.
 * @param batch items: half as many images, guided, where it is even
 */
export async function benchInputs(
  name: ConfigName,
  model: BenchModel,
  batch: number,
): Promise<BenchInputs> {
  const config = inferDitConfig(model.tensors, model.hints);
  const guided = batch % 2 === 0;
  const labels = Array.from({ length: guided ? batch / 2 : batch }, (_, i) => labelOf(config, i));
  const noise = random('noise', labels.length * latentSize(config), 1);
  if (name !== 'emoji') return { labels, guided, networkTimes: [500], latents: [[...noise]] };
  const latents = await sampledLatents(model, labels, noise);
  return {
    ...{ labels, guided },
    networkTimes: timedSteps.map((step) => timeOf(step)),
    latents: timedSteps.map((step) => [...latents[step]]),
  };
}

/** Elements of the latent of an image. */
export function latentSize({ inChannels, inputSize }: DitConfig): number {
  return inChannels * inputSize ** 2;
}

function labelOf({ numClasses, numStyles }: DitConfig, image: number): Label {
  const classId = (37 * image) % numClasses;
  return numStyles > 0 ? { classId, styleId: image % numStyles } : { classId };
}

function timeOf(step: number): number {
  return (1000 * step) / steps;
}

/** Latents before every step of Euler's method, guided, by the static model on the processor. */
async function sampledLatents(
  { tensors, hints }: BenchModel,
  labels: readonly Label[],
  noise: Float32Array<ArrayBuffer>,
): Promise<readonly Float32Array[]> {
  const owned = new Owned();
  try {
    const backend = owned.adopt(await createWasmBackend({ threads: 1 }));
    const dit = owned.adopt(await Dit.load(backend, tensors, hints));
    return await sampleOn(dit, labels, noise, owned);
  } finally {
    owned.destroy();
  }
}

async function sampleOn(
  dit: Dit,
  labels: readonly Label[],
  noise: Float32Array<ArrayBuffer>,
  owned: Owned,
): Promise<readonly Float32Array[]> {
  const run = owned.adopt(
    await dit.prepare({
      ...{ labels: labels.map(unmixed), guided: true, latentItems: labels.length },
      networkTimes: Array.from({ length: steps }, (_, step) => timeOf(step)),
      ...{ dynamicWidth: false, dynamicTokens: false },
    }),
  );
  const latents: Float32Array<ArrayBuffer>[] = [noise];
  const half = labels.length * outChannels(dit.config) * dit.config.inputSize ** 2;
  for (let step = 0; step < steps; step++) {
    const x = latents[step];
    run.home.write(run.latent, x);
    await run.latentMoved();
    await run.evaluate(step);
    const v = await run.home.readFloats(run.prediction);
    const guidedAt = (i: number): number => v[half + i] + emojiGuidance * (v[i] - v[half + i]);
    latents.push(x.map((value, i) => value + guidedAt(i) / steps));
  }
  return latents;
}
