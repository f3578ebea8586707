import type { Backend, Lane, Storage } from '../../backend/backend';
import { Owned } from '../../backend/owned';
import { sideBySide } from '../../backend/side-by-side';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { expectVae } from '../../checkpoint/layouts/expect';
import { TensorSource } from '../../checkpoint/tensor-source';
import { DyditError } from '../../errors';
import { elementCount } from '../../ops/tensor';
import { isTiny, type DecoderConfig } from '../config';
import { freeWeights, uploadLayers, type LaneWeights } from '../lane-weights';
import { assertRunnable } from './config';
import { LaneDecoder, type ReadDecoded } from './decoder';
import { decoderLayers, decoderTensors, hasPostQuant, readDecoderLayer } from './decoder-layers';
import { decoderCost, pictureChannels, pictureSide } from './network';

/** A decoded picture: RGBA bytes, row-major from the top left. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export interface VaeLoadOptions {
  /** Receives the share of the decoder's weights that has been read, 0..1. */
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** A lane's decoder, and the pictures that wait for it. */
interface Queue {
  readonly decoder: LaneDecoder;
  waiting: number;
  last: Promise<unknown>;
}

/** The decoders for one latent size. */
interface Prepared {
  readonly latentSide: number;
  readonly queues: readonly Queue[];
}

/**
 * The decoder half of diffusers' AutoencoderKL, or of TAESD. A lane decodes one picture at a time, so that
 * memory stays bounded; several lanes share what waits.
 */
export class Vae {
  #prepared: Prepared | undefined;
  #destroyed = false;

  private constructor(
    readonly config: DecoderConfig,
    private readonly backend: Backend,
    private readonly weights: LaneWeights,
    private readonly postQuantConv: boolean,
  ) {}

  /**
   * @param tensors keys of AutoencoderKL or AutoencoderTiny; the encoder's are ignored
   * @throws DyditError `checkpoint-broken`, `checkpoint-unsupported`, `limit-too-small`,
   * `out-of-memory`, `cancelled`
   */
  static async load(
    backend: Backend,
    config: DecoderConfig,
    tensors: TensorMap,
    { onProgress, signal }: VaeLoadOptions = {},
  ): Promise<Vae> {
    expectVae(tensors);
    if (!isTiny(config)) assertRunnable(config);
    const source = new TensorSource(decoderTensors(tensors), onProgress, signal);
    const postQuantConv = hasPostQuant(source);
    const weights = await uploadLayers(backend, {
      label: 'Vae',
      what: 'loading the picture decoder',
      layers: decoderLayers(config, source),
      read: (layer) => readDecoderLayer(source, layer, config),
    });
    return new Vae(config, backend, weights, postQuantConv);
  }

  /**
   * Makes everything that decoding latents of S x S needs; what was made for another size is freed.
   * @param latentSide S
   * @throws DyditError `limit-too-small`, `out-of-memory`
   */
  async prepare(latentSide: number): Promise<void> {
    if (this.#prepared?.latentSide === latentSide) return;
    await this.#free();
    const { backend, config, weights, postQuantConv } = this;
    const shape = { config, latentSide, postQuantConv };
    const owned = new Owned();
    const prepareLane = async (lane: Lane, index: number): Promise<LaneDecoder> =>
      owned.adopt(await LaneDecoder.prepare(lane, weights[index], shape));
    let decoders: readonly LaneDecoder[];
    try {
      decoders = await backend.guard('preparing the picture decoder', () =>
        sideBySide(backend.lanes.map(prepareLane)),
      );
    } catch (thrown) {
      owned.destroy();
      throw thrown;
    }
    const queues = decoders.map((decoder) => ({ decoder, waiting: 0, last: Promise.resolve() }));
    this.#prepared = { latentSide, queues };
  }

  /**
   * Decodes latent `image` of a batch: clamp(127.5 * decoder(z / scalingFactor) + 128, 0, 255).
   * @param latent (images * C, S * S) of the size given to `prepare`, on the backend's first lane
   * @throws DyditError `not-finite`, `device-lost`, `cancelled`; `invalid-request` before `prepare`
   * and past the end of the batch
   */
  async decode(latent: Storage, image: number, signal?: AbortSignal): Promise<DecodedPicture> {
    const side = this.#side();
    const words = await this.#enqueue({ latent, image, signal }, (lane, { picture }) =>
      lane.readWords(picture),
    );
    return { width: side, height: side, rgba: new Uint8ClampedArray(words.buffer) };
  }

  /**
   * Decodes latent `image` of a batch without clamping.
   * @returns (3, 8S, 8S), about -1..1
   */
  async decodeFloat(latent: Storage, image: number): Promise<Float32Array<ArrayBuffer>> {
    const pixels = this.#side() ** 2;
    const interleaved = await this.#enqueue({ latent, image }, (lane, storage) =>
      lane.readFloats(storage.image),
    );
    const planes = new Float32Array(pictureChannels * pixels);
    for (let i = 0; i < planes.length; i++) {
      planes[i] = interleaved[(i % pixels) * pictureChannels + Math.floor(i / pixels)];
    }
    return planes;
  }

  /** Multiply-adds of decoding one latent of S x S. */
  multiplyAdds(latentSide: number): number {
    return decoderCost({ config: this.config, latentSide, postQuantConv: this.postQuantConv });
  }

  /** Pictures under way end as cancelled. */
  destroy(): void {
    this.#destroyed = true;
    const quiet = this.#free();
    void quiet.then(() => freeWeights(this.weights));
  }

  #side(): number {
    if (!this.#prepared) throw invalid('the decoder was not prepared for a latent size');
    return pictureSide({ config: this.config, latentSide: this.#prepared.latentSide });
  }

  async #enqueue<T>(
    job: { readonly latent: Storage; readonly image: number; readonly signal?: AbortSignal },
    read: ReadDecoded<T>,
  ): Promise<T> {
    const prepared = this.#prepared;
    if (!prepared) throw invalid('the decoder was not prepared for a latent size');
    const { latent, image, signal } = job;
    const imageElements = this.config.latentChannels * prepared.latentSide ** 2;
    if (image < 0 || (image + 1) * imageElements > elementCount(latent.spec)) {
      throw invalid(`image ${image} is not in a batch of ${elementCount(latent.spec)} numbers`);
    }
    const [queue] = prepared.queues.toSorted((a, b) => a.waiting - b.waiting);
    const from = { lane: this.backend.lanes[0], storage: latent };
    queue.waiting++;
    const working = queue.last.then(() => {
      if (this.#destroyed || signal?.aborted) throw cancelled();
      return queue.decoder.decode({ from, image, signal }, read);
    });
    queue.last = working.catch(() => undefined);
    try {
      return await working;
    } catch (error) {
      throw this.#destroyed ? cancelled() : error;
    } finally {
      queue.waiting--;
    }
  }

  /** Frees the decoders when what they are at is done. */
  async #free(): Promise<void> {
    const queues = this.#prepared?.queues ?? [];
    this.#prepared = undefined;
    for (const { decoder, last } of queues) {
      await last;
      decoder.destroy();
    }
  }
}

function cancelled(): DyditError {
  return new DyditError('cancelled', 'Decoding was cancelled.');
}

function invalid(problem: string): DyditError {
  return new DyditError('invalid-request', `Decoding a picture: ${problem}.`);
}
