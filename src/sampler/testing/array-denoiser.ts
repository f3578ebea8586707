import type { EstimateCoefficients, UpdateCoefficients } from '../../ops/run-values';
import type { Denoiser, PredictionSlot, SamplerStep } from '../denoiser';

export interface ArrayDenoiserOptions {
  /** (C*S*S), changed in place. */
  readonly latent: Float64Array;
  /** (Cout*S*S): the prediction for the present latent, its variance channels after the others. */
  readonly predict: (evaluation: number, latent: Float64Array) => Float64Array;
  /** (C*S*S): noise of a step; needed where the sampler adds any. */
  readonly noise?: (step: number) => ArrayLike<number>;
}

/**
 * The samplers' contract on one plain f64 latent, for tests; keeps a record of what was asked. Each
 * call takes effect a moment after it is made, as on a device: a sampler that does not wait for one
 * before the next is found out.
 */
export class ArrayDenoiser implements Denoiser {
  readonly evaluations: number[] = [];
  readonly previews: Float64Array[] = [];
  readonly ended: SamplerStep[] = [];
  private readonly slots = new Map<PredictionSlot, Float64Array>();
  private working = false;

  constructor(private readonly options: ArrayDenoiserOptions) {}

  predict(evaluation: number, slot: PredictionSlot): Promise<void> {
    return this.alone(() => {
      this.evaluations.push(evaluation);
      this.slots.set(slot, this.options.predict(evaluation, this.options.latent));
    });
  }

  update({ latent: factor, weight0, weight1, noise }: UpdateCoefficients): Promise<void> {
    return this.alone(() => {
      const { latent } = this.options;
      const terms = [
        { weight: weight0, prediction: this.predictionOf(0, weight0) },
        { weight: weight1, prediction: this.predictionOf(1, weight1) },
      ];
      for (let i = 0; i < latent.length; i++) {
        let value = factor * latent[i];
        for (const { weight, prediction } of terms) {
          if (prediction) value += weight * prediction[i];
        }
        latent[i] = value;
      }
      if (noise !== undefined) this.addNoise(noise);
    });
  }

  preview(estimate: EstimateCoefficients): Promise<void> {
    return this.alone(() => {
      const prediction = this.prediction(0);
      this.previews.push(
        this.options.latent.map(
          (x, i) => estimate.latent * x + estimate.prediction * prediction[i],
        ),
      );
    });
  }

  endStep(step: SamplerStep): Promise<void> {
    return this.alone(() => this.ended.push(step));
  }

  private async alone(work: () => void): Promise<void> {
    if (this.working) throw new Error('The sampler did not wait for its last call.');
    this.working = true;
    await Promise.resolve();
    work();
    this.working = false;
  }

  private addNoise({ minLog, maxLog }: NonNullable<UpdateCoefficients['noise']>): void {
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

  /** Undefined where the weight leaves the slot out. */
  private predictionOf(slot: PredictionSlot, weight: number): Float64Array | undefined {
    return weight === 0 ? undefined : this.prediction(slot);
  }

  private prediction(slot: PredictionSlot): Float64Array {
    const prediction = this.slots.get(slot);
    if (prediction === undefined) throw new Error(`Slot ${slot} was used before it was predicted.`);
    return prediction;
  }
}
