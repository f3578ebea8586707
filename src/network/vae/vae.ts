import { withErrorScopes } from '../../backend/webgpu/gpu/error-scope';
import type { KernelLibrary } from '../../backend/webgpu/kernels/library';
import { DyditError } from '../../errors';
import type { TensorMap } from '../../checkpoint/checkpoint';
import type { VaeConfig } from '../config';
import { assertRunnable } from './config';
import { BoundDecoder } from './decoder';
import { pictureChannels } from './plan';
import { Readback } from './readback';
import { uploadVaeWeights, type VaeLoadOptions, type VaeWeights } from './weights';

/** A decoded picture: RGBA bytes, row-major from the top left. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** The decoder for one latent size and the buffers its results are read through. */
interface Prepared {
  readonly latentSide: number;
  readonly decoder: BoundDecoder;
  readonly readback: Readback;
}

/** The decoder half of diffusers' AutoencoderKL. One picture at a time, so that memory stays bounded. */
export class Vae {
  #prepared: Prepared | undefined;
  #busy = false;

  private constructor(
    readonly config: VaeConfig,
    private readonly library: KernelLibrary,
    private readonly weights: VaeWeights,
  ) {}

  /**
   * @param tensors keys of AutoencoderKL; the encoder's are ignored
   * @throws DyditError `checkpoint-broken`, `checkpoint-unsupported`, `limit-too-small`,
   * `out-of-memory`, `cancelled`
   */
  static async load(
    library: KernelLibrary,
    config: VaeConfig,
    tensors: TensorMap,
    options: VaeLoadOptions = {},
  ): Promise<Vae> {
    assertRunnable(config);
    const weights = await withErrorScopes(library.gpu, 'loading the picture decoder', () =>
      uploadVaeWeights(library, config, tensors, options),
    );
    return new Vae(config, library, weights);
  }

  /**
   * Makes everything that decoding latents of S x S needs; what was made for another size is freed.
   * @param latentSide S
   * @throws DyditError `limit-too-small`, `out-of-memory`
   */
  async prepare(latentSide: number): Promise<void> {
    if (this.#prepared?.latentSide === latentSide) return;
    this.#free();
    const { library, config, weights } = this;
    this.#prepared = await withErrorScopes(
      library.gpu,
      'preparing the picture decoder',
      async () => {
        const decoder = await BoundDecoder.create(library, config, weights, latentSide);
        // Room for the picture before clamping, (pixels, 4) f32.
        const readback = new Readback(library.gpu, 16 * decoder.plan.image.side ** 2);
        return { latentSide, decoder, readback };
      },
    );
  }

  /**
   * Decodes latent `image` of a batch: clamp(127.5 * decoder(z / scalingFactor) + 128, 0, 255).
   * @param latent (images, C, S, S) f32 of the size given to `prepare`
   * @throws DyditError `not-finite`, `device-lost`; `invalid-request` before `prepare`, past the
   * end of the batch, or while another picture is being decoded
   */
  async decode(latent: GPUBuffer, image: number): Promise<DecodedPicture> {
    return this.#run(latent, image, async ({ decoder, readback }) => {
      const { side } = decoder.plan.image;
      const bytes = await readback.read(decoder.picture, 4 * side ** 2, decoder.flags);
      return { width: side, height: side, rgba: new Uint8ClampedArray(bytes) };
    });
  }

  /**
   * Decodes latent `image` of a batch without clamping.
   * @returns (3, 8S, 8S), about -1..1
   */
  async decodeFloat(latent: GPUBuffer, image: number): Promise<Float32Array<ArrayBuffer>> {
    return this.#run(latent, image, async ({ decoder, readback }) => {
      const pixels = decoder.plan.image.side ** 2;
      const bytes = await readback.read(decoder.image, 16 * pixels, decoder.flags);
      const interleaved = new Float32Array(bytes);
      const planes = new Float32Array(pictureChannels * pixels);
      for (let i = 0; i < planes.length; i++) {
        planes[i] = interleaved[(i % pixels) * 4 + Math.floor(i / pixels)];
      }
      return planes;
    });
  }

  destroy(): void {
    this.#free();
    this.weights.arena.destroy();
  }

  async #run<T>(
    latent: GPUBuffer,
    image: number,
    read: (prepared: Prepared) => Promise<T>,
  ): Promise<T> {
    const prepared = this.#prepared;
    if (!prepared) throw invalid('the decoder was not prepared for a latent size');
    if (this.#busy) throw invalid('another picture is being decoded');
    const imageBytes = 4 * this.config.latentChannels * prepared.latentSide ** 2;
    if (image < 0 || (image + 1) * imageBytes > latent.size) {
      throw invalid(`image ${image} is not in a latent buffer of ${latent.size} bytes`);
    }
    this.#busy = true;
    try {
      prepared.decoder.submit(latent, image);
      return await read(prepared);
    } finally {
      this.#busy = false;
    }
  }

  #free(): void {
    this.#prepared?.decoder.destroy();
    this.#prepared?.readback.destroy();
    this.#prepared = undefined;
  }
}

function invalid(problem: string): DyditError {
  return new DyditError('invalid-request', `Decoding a picture: ${problem}.`);
}
