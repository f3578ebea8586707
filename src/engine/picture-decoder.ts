import type { KernelLibrary } from '../backend/webgpu/kernels/library';
import type { Dit } from '../network/dit/dit';
import { viewLatent } from './latent-view';
import { multiplyAdds } from '../network/vae/plan';
import type { Vae } from '../network/vae/vae';
import type { Picture } from './api';

/** Turns latents into pictures, and learns what one costs. */
export class PictureDecoder {
  #costMs: number;

  /** @param vae absent: the latent itself is shown */
  constructor(
    private readonly library: KernelLibrary,
    private readonly dit: Dit,
    private readonly vae: Vae | undefined,
  ) {
    const work = vae ? multiplyAdds(vae.config, dit.config.inputSize) : 0;
    this.#costMs = (2 * work) / (library.linearGflops * 1e6);
  }

  /** Milliseconds one picture took last, or is guessed to take. */
  get costMs(): number {
    return this.#costMs;
  }

  /**
   * @param latent (images, C, S, S)
   * @throws DyditError `not-finite`
   */
  async decode(latent: GPUBuffer, image: number): Promise<Picture> {
    const start = performance.now();
    const picture = await (this.vae?.decode(latent, image) ?? this.#view(latent, image));
    this.#costMs = performance.now() - start;
    return picture;
  }

  async #view(latent: GPUBuffer, image: number): Promise<Picture> {
    const { config } = this.dit;
    const rgba = await viewLatent(this.library.gpu, config, latent, image);
    return { width: config.inputSize, height: config.inputSize, rgba };
  }
}
