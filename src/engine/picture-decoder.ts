import type { Backend, Storage } from '../backend/backend';
import { sideBySide } from '../backend/side-by-side';
import type { DitConfig } from '../network/config';
import type { Vae } from '../network/vae/vae';
import type { Picture } from './api';
import { viewLatent } from './latent-view';

/** How a batch is decoded. */
export interface DecodeOptions {
  readonly signal?: AbortSignal;
  /** Called with each picture's end, in no order. */
  readonly onDecoded?: () => void;
}

/** Turns latents into pictures, and learns what one costs. */
export class PictureDecoder {
  #costMs: number;

  /** @param vae absent: the latent itself is shown */
  constructor(
    private readonly backend: Backend,
    private readonly config: DitConfig,
    private readonly vae?: Pick<Vae, 'decode' | 'multiplyAdds'>,
  ) {
    const work = vae?.multiplyAdds(config.inputSize) ?? 0;
    const { linearGflops } = backend.report;
    this.#costMs = linearGflops > 0 ? (2 * work) / (linearGflops * 1e6) : 0;
  }

  /** Milliseconds that a picture took in the last batch, or is guessed to take. */
  get costMs(): number {
    return this.#costMs;
  }

  /**
   * Decodes the first `images` of a batch; lanes of the backend share them.
   * @param latent (images * C, S * S), on the backend's first lane
   * @throws DyditError `not-finite`, `cancelled`
   */
  async decode(
    latent: Storage,
    images: number,
    { signal, onDecoded }: DecodeOptions = {},
  ): Promise<readonly Picture[]> {
    const start = performance.now();
    const decodeOne = async (image: number): Promise<Picture> => {
      const { backend, config, vae } = this;
      const picture = vae
        ? await vae.decode(latent, image, signal)
        : await viewLatent(backend.lanes[0], config, latent, image);
      onDecoded?.();
      return picture;
    };
    const pictures = await sideBySide(Array.from({ length: images }, (_, i) => decodeOne(i)));
    this.#costMs = (performance.now() - start) / images;
    return pictures;
  }
}
