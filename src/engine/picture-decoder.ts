import type { Backend, Storage } from '../backend/backend';
import { sideBySide } from '../backend/side-by-side';
import type { DitConfig } from '../network/config';
import type { Vae } from '../network/vae/vae';
import type { Picture } from './api';
import { viewLatent, viewPixels } from './latent-view';

/** How a batch is decoded. */
export interface DecodeOptions {
  readonly signal?: AbortSignal;
  /** Called with each picture as it is ready, in no order. */
  readonly onDecoded?: (image: number, picture: Picture) => void;
  /** Pictures that are there already. */
  readonly known?: ReadonlyMap<number, Picture> | undefined;
}

/** What a network draws, and what makes pictures of it. */
export interface PictureForm {
  readonly vae?: Pick<Vae, 'decode' | 'multiplyAdds'> | undefined;
  /** Latents where absent; pixels are pictures already. */
  readonly space?: 'latents' | 'pixels';
}

/** Turns latents into pictures, and learns what one costs. */
export class PictureDecoder {
  #costMs: number;
  readonly #vae: Pick<Vae, 'decode' | 'multiplyAdds'> | undefined;
  readonly #space: 'latents' | 'pixels';

  /** Without a VAE the latent itself is shown. */
  constructor(
    private readonly backend: Backend,
    private readonly config: DitConfig,
    { vae, space = 'latents' }: PictureForm = {},
  ) {
    this.#vae = vae;
    this.#space = space;
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
    { signal, onDecoded, known }: DecodeOptions = {},
  ): Promise<readonly Picture[]> {
    const start = performance.now();
    const decodeOne = async (image: number): Promise<Picture> => {
      const picture = this.#vae
        ? await this.#vae.decode(latent, image, signal)
        : await this.#view(latent, image);
      onDecoded?.(image, picture);
      return picture;
    };
    const pictures = await sideBySide(
      Array.from({ length: images }, (_, i) => known?.get(i) ?? decodeOne(i)),
    );
    const decoded = images - (known?.size ?? 0);
    if (decoded > 0) this.#costMs = (performance.now() - start) / decoded;
    return pictures;
  }

  #view(latent: Storage, image: number): Promise<Picture> {
    const view = this.#space === 'pixels' ? viewPixels : viewLatent;
    return view(this.backend.lanes[0], this.config, latent, image);
  }
}
