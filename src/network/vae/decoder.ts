import type { Executable, Lane, Storage, WeightSet } from '../../backend/backend';
import { Owned } from '../../backend/owned';
import { DyditError } from '../../errors';
import { elementCount } from '../../ops/tensor';
import { transfer, type Place } from '../lane-transfer';
import { decoderSpecs, recordDecoder, type DecoderShape } from './network';

/** Storage of a decoder by the names its program binds it with. */
type DecoderStorage = Readonly<Record<keyof ReturnType<typeof decoderSpecs>, Storage>>;

/** One picture to decode. */
export interface DecodeJob {
  /** Latents (images * C, S * S) */
  readonly from: Place;
  readonly image: number;
  readonly signal?: AbortSignal;
}

/** Takes a result from a decoder's storage. */
export type ReadDecoded<T> = (lane: Lane, storage: DecoderStorage) => Promise<T>;

/** The decoder bound to one latent size on one lane; one picture at a time. */
export class LaneDecoder {
  private constructor(
    private readonly lane: Lane,
    readonly storage: DecoderStorage,
    private readonly program: Executable,
    private readonly owned: Owned,
  ) {}

  /** @throws DyditError `limit-too-small`, `out-of-memory` */
  static async prepare(lane: Lane, weights: WeightSet, shape: DecoderShape): Promise<LaneDecoder> {
    const owned = new Owned();
    try {
      const specs = decoderSpecs(shape);
      const allocate = (name: keyof typeof specs): Storage =>
        owned.adopt(lane.allocate(`VaeDecoder.${name}`, specs[name]));
      const storage = {
        latent: allocate('latent'),
        image: allocate('image'),
        picture: allocate('picture'),
        flags: allocate('flags'),
      };
      const program = owned.adopt(await lane.compile(recordDecoder(shape), { weights, storage }));
      return new LaneDecoder(lane, storage, program, owned);
    } catch (error) {
      owned.destroy();
      throw error;
    }
  }

  /**
   * Decodes one image of a batch of latents.
   * @throws DyditError `not-finite`, `cancelled`
   */
  async decode<T>(job: DecodeJob, read: ReadDecoded<T>): Promise<T> {
    const { from, image, signal } = job;
    const { latent, flags } = this.storage;
    const count = elementCount(latent.spec);
    const here = { lane: this.lane, storage: latent };
    await transfer(from, here, { start: image * count, count });
    this.lane.write(flags, new Uint32Array(1));
    await this.program.run({}, signal);
    const result = read(this.lane, this.storage);
    const [[notFinite], values] = await Promise.all([this.lane.readWords(flags), result]);
    if (notFinite !== 0) {
      throw new DyditError(
        'not-finite',
        'Decoding made values that are not finite numbers, so there is no picture to show.',
        'Try less guidance or another seed; if it comes back, the checkpoint may be damaged.',
      );
    }
    return values;
  }

  destroy(): void {
    this.owned.destroy();
  }
}
