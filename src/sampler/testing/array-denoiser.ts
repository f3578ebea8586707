import type {
  CleanEstimate,
  Denoiser,
  LatentUpdate,
  NoiseTerm,
  PredictionSlot,
  SamplerStep,
} from '../denoiser';

export interface ArrayDenoiserOptions {
  /** (C*S*S), changed in place. */
  readonly latent: Float64Array;
  /** (Cout*S*S): the prediction for the present latent, its variance channels after the others. */
  readonly predict: (evaluation: number, latent: Float64Array) => Float64Array;
  /** (C*S*S): noise of a step; needed where the sampler adds any. */
  readonly noise?: (step: number) => ArrayLike<number>;
}

/** The samplers' contract on one plain f64 latent, for tests; keeps a record of what was asked. */
export class ArrayDenoiser implements Denoiser {
  readonly evaluations: number[] = [];
  readonly previews: Float64Array[] = [];
  readonly ended: SamplerStep[] = [];
  private readonly slots = new Map<PredictionSlot, Float64Array>();

  constructor(private readonly options: ArrayDenoiserOptions) {}

  predict(evaluation: number, slot: PredictionSlot): void {
    this.evaluations.push(evaluation);
    this.slots.set(slot, this.options.predict(evaluation, this.options.latent));
  }

  update(update: LatentUpdate): void {
    const { latent } = this.options;
    const terms = update.predictions.map(({ slot, weight }) => ({
      weight,
      prediction: this.prediction(slot),
    }));
    for (let i = 0; i < latent.length; i++) {
      let value = update.latent * latent[i];
      for (const { weight, prediction } of terms) value += weight * prediction[i];
      latent[i] = value;
    }
    if (update.noise !== undefined) this.addNoise(update.noise);
  }

  preview(estimate: CleanEstimate): void {
    const prediction = this.prediction(0);
    this.previews.push(
      this.options.latent.map((x, i) => estimate.latent * x + estimate.prediction * prediction[i]),
    );
  }

  endStep(step: SamplerStep): Promise<void> {
    this.ended.push(step);
    return Promise.resolve();
  }

  private addNoise({ minLog, maxLog }: NoiseTerm): void {
    const { latent } = this.options;
    const prediction = this.prediction(0);
    const noise = this.options.noise?.(this.ended.length);
    if (noise === undefined) throw new Error('The sampler adds noise but the test gave none.');
    const learned = prediction.length === 2 * latent.length;
    for (let i = 0; i < latent.length; i++) {
      const f = learned ? (prediction[latent.length + i] + 1) / 2 : 1;
      latent[i] += Math.exp(0.5 * (f * maxLog + (1 - f) * minLog)) * noise[i];
    }
  }

  private prediction(slot: PredictionSlot): Float64Array {
    const prediction = this.slots.get(slot);
    if (prediction === undefined) throw new Error(`Slot ${slot} was used before it was predicted.`);
    return prediction;
  }
}
