import type { Gpu } from '../backend/webgpu/gpu/device';

/** What came back from one step. */
export interface StepReport {
  /** False where a latent value became infinite or not a number. */
  readonly finite: boolean;
  /** Network evaluations of the step. */
  readonly evaluations: number;
  /** Token gates (evaluations of the step, L * B*N) of 0 or 1; empty where there are none. */
  readonly kept: Uint32Array<ArrayBuffer>;
}

/** Bytes before the token gates: the non-finite flag, padded. */
const flagBytes = 16;

/**
 * Brings a step's flag and token gates to the CPU. Two staging buffers take turns, so that the GPU
 * works on a step while the CPU reads the one before.
 */
export class StepReadback {
  readonly #staging: readonly GPUBuffer[];
  readonly #keptBytes: number;

  /**
   * @param keptBytes bytes of the token gates of one evaluation, 0 without dynamic tokens
   * @param evaluations most evaluations in a step
   */
  constructor(gpu: Gpu, keptBytes: number, evaluations: number) {
    this.#keptBytes = keptBytes;
    this.#staging = [0, 1].map((turn) =>
      gpu.device.createBuffer({
        label: `StepReadback.staging${turn}`,
        size: flagBytes + keptBytes * evaluations,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      }),
    );
  }

  /** Encodes the copy of an evaluation's token gates; `index` counts within the step. */
  copyKept(encoder: GPUCommandEncoder, kept: GPUBuffer, step: number, index: number): void {
    if (this.#keptBytes === 0) return;
    const offset = flagBytes + index * this.#keptBytes;
    encoder.copyBufferToBuffer(kept, 0, this.#staging[step % 2], offset, this.#keptBytes);
  }

  /** Encodes the copy of the non-finite flag. */
  copyFlag(encoder: GPUCommandEncoder, flags: GPUBuffer, step: number): void {
    encoder.copyBufferToBuffer(flags, 0, this.#staging[step % 2], 0, 4);
  }

  /** Resolves when the step is done; all its copies must have been submitted. */
  async read(step: number, evaluations: number): Promise<StepReport> {
    const staging = this.#staging[step % 2];
    await staging.mapAsync(GPUMapMode.READ);
    const bytes = staging.getMappedRange().slice(0);
    staging.unmap();
    const kept = bytes.slice(flagBytes, flagBytes + evaluations * this.#keptBytes);
    return {
      finite: new Uint32Array(bytes, 0, 1)[0] === 0,
      evaluations,
      kept: new Uint32Array(kept),
    };
  }

  destroy(): void {
    for (const buffer of this.#staging) buffer.destroy();
  }
}
