import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Backend, Storage } from '../../backend/backend';
import { expectClose, expectSameBits } from '../../backend/testing/expect-close';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/checkpoint';
import { readFloat32 } from '../../checkpoint/decode';
import { TensorSource } from '../../checkpoint/tensor-source';
import { DyditError } from '../../errors';
import { layersOf } from '../../ops/program';
import { denseFloats } from '../../ops/tensor';
import { freeWeights, uploadLayers } from '../lane-weights';
import { isTiny } from '../config';
import { inferDecoderConfig, inferVaeConfig } from '../vae/config';
import { LaneDecoder } from '../vae/decoder';
import { readVaeLayer } from '../vae/load';
import { recordDecoder } from '../vae/network';
import type { DecoderMemory } from '../vae/strips';
import { readTinyLayer } from '../vae/tiny-load';
import { Vae } from '../vae/vae';
import { emojiMini, fixtureTensor, sdMini, taesdMini } from './vae-fixtures';

/** Checkpoints that the suite reads. */
export interface VaeFixtures {
  readonly sdMini: TensorMap;
  readonly emojiMini: TensorMap;
  /** A tiny decoder under diffusers' names, and its picture. */
  readonly taesd: TensorMap;
  /** The same in halves, as the original code saves it, and the picture of these. */
  readonly taesdDecoder: TensorMap;
  readonly taesdExpected: TensorMap;
  readonly embedded: TensorMap;
  /** Outputs stored with the embedded weights. */
  readonly embeddedCase: TensorMap;
}

const side = 2;

/** What every backend's decoder must do; pictures are compared with those that diffusers made. */
export function describeVae(
  name: string,
  makeBackend: () => Promise<Backend>,
  openFixtures: () => Promise<VaeFixtures>,
): void {
  // One for all tests: a graphics card compiles its shaders for each anew.
  let bed: { readonly backend: Backend; readonly fixtures: VaeFixtures };
  beforeAll(async () => {
    bed = { backend: await makeBackend(), fixtures: await openFixtures() };
  });
  afterAll(() => bed.backend.destroy());
  const vaeTest = (title: string, work: (open: typeof bed) => Promise<void>) =>
    test(title, () => work(bed));

  describe(`${name}: decoder against diffusers`, () => {
    for (const [title, key, config] of [
      ['the SD layout', 'sdMini', sdMini],
      ['the emoji layout', 'emojiMini', emojiMini],
    ] as const) {
      vaeTest(title, async ({ backend, fixtures }) => {
        const tensors = fixtures[key];
        const z = fixtureTensor(tensors, 'fixture.z');
        const images = await readFloat32(fixtureTensor(tensors, 'fixture.image'));
        const latent = latentOf(backend, await readFloat32(z), z.shape[2]);
        const vae = await Vae.load(backend, config, tensors);
        await vae.prepare(z.shape[2]);
        const pictureSide = 8 * z.shape[2];
        // Backwards, and twice, so that nothing of a picture before shows.
        for (const image of [1, 0, 1]) {
          const size = 3 * pictureSide ** 2;
          const reference = images.subarray(image * size, (image + 1) * size);
          expectPicture(await vae.decodeFloat(latent, image), reference, pictureSide);
        }
        vae.destroy();
      });
    }

    for (const [title, key, config, memories] of [
      ['a decoder', 'sdMini', sdMini, [{ strip: 1, doubled: 1 }]],
      [
        "TAESD's decoder",
        'taesd',
        taesdMini,
        // All levels but the first in strips, and the last one alone.
        [1, 4 * 20 ** 2 * 12].map((doubled) => ({ strip: 1, doubled })),
      ],
    ] as const) {
      vaeTest(`${title} in strips of two rows: the same bits as whole`, async (open) => {
        const { backend, fixtures } = open;
        const z = fixtureTensor(fixtures[key], 'fixture.z');
        const latentSide = z.shape[2];
        const latent = latentOf(backend, await readFloat32(z), latentSide);
        const shape = { config, latentSide, postQuantConv: true };
        const source = new TensorSource(fixtures[key]);
        const sets = await uploadLayers(backend, {
          ...{ label: 'Test', what: 'a test' },
          layers: layersOf([recordDecoder(shape)]),
          read: (layer) =>
            isTiny(config) ? readTinyLayer(source, layer, config) : readVaeLayer(source, layer),
        });
        const [lane] = backend.lanes;
        const picture = async (memory: DecoderMemory): Promise<Float32Array> => {
          const decoder = await LaneDecoder.prepare(lane, sets[0], { ...shape, memory });
          const values = await decoder.decode(
            { from: { lane, storage: latent }, image: 0 },
            (_, { image }) => lane.readFloats(image),
          );
          decoder.destroy();
          return values;
        };
        const whole = await picture({ strip: Infinity, doubled: Infinity });
        for (const memory of memories) expectSameBits(await picture(memory), whole);
        freeWeights(sets);
      });
    }

    for (const [title, key, expected] of [
      ["TAESD's layout in diffusers", 'taesd', 'taesd'],
      ["TAESD's own layout, in halves", 'taesdDecoder', 'taesdExpected'],
    ] as const) {
      vaeTest(title, async ({ backend, fixtures }) => {
        const z = await readFloat32(fixtureTensor(fixtures.taesd, 'fixture.z'));
        const images = await readFloat32(fixtureTensor(fixtures[expected], 'fixture.image'));
        const config = inferDecoderConfig(fixtures[key]);
        expect(config).toEqual(taesdMini);
        const vae = await Vae.load(backend, config, fixtures[key]);
        await vae.prepare(5);
        const latent = latentOf(backend, z, 5);
        for (const image of [1, 0, 1]) {
          const reference = images.subarray(image * 4800, (image + 1) * 4800);
          expectPicture(await vae.decodeFloat(latent, image), reference, 40, 1e-4);
        }
        const { width, rgba } = await vae.decode(latent, 0);
        expect(width).toBe(40);
        const bytes = bytesOf(images.subarray(0, 4800), 40);
        expectClose(rgba, bytes, { abs: 1, rel: 0 }, [40, 40, 4]);
        vae.destroy();
      });
    }

    vaeTest('a latent without numbers makes no picture of TAESD either', async (open) => {
      const { backend, fixtures } = open;
      const vae = await Vae.load(backend, taesdMini, fixtures.taesd);
      await vae.prepare(side);
      for (const value of [NaN, Infinity]) {
        const latent = latentOf(backend, new Float32Array(16).fill(value, 5, 6), side);
        expect((await failure(vae.decode(latent, 0))).code).toBe('not-finite');
      }
      vae.destroy();
    });

    vaeTest('the embedded weights', async ({ backend, fixtures }) => {
      const z = await readFloat32(fixtureTensor(fixtures.embeddedCase, 'z'));
      const reference = await readFloat32(fixtureTensor(fixtures.embeddedCase, 'image'));
      const latent = latentOf(backend, z, 16);
      const config = inferVaeConfig(fixtures.embedded, { normNumGroups: 16, scalingFactor: 1 });
      const vae = await Vae.load(backend, config, fixtures.embedded);
      await vae.prepare(16);
      expectPicture(await vae.decodeFloat(latent, 0), reference, 128);
      const { width, height, rgba } = await vae.decode(latent, 0);
      expect([width, height]).toEqual([128, 128]);
      // Rounding down makes a whole step of the smallest difference.
      expectClose(rgba, bytesOf(reference, 128), { abs: 1, rel: 0 }, [128, 128, 4]);
      vae.destroy();
    });
  });

  describe(`${name}: loading a decoder`, () => {
    vaeTest("takes the names of diffusers' older versions", async ({ backend, fixtures }) => {
      const old = new Map([
        ['to_q', 'query'],
        ['to_k', 'key'],
        ['to_v', 'value'],
        ['to_out.0', 'proj_attn'],
      ]);
      const rename = (key: string) =>
        key.replace(/(?<=attentions\.0\.)(to_[qkv]|to_out\.0)/, (part) => old.get(part) ?? part);
      const tensors = new Map([...fixtures.sdMini].map(([key, tensor]) => [rename(key), tensor]));
      expect(tensors.has('decoder.mid_block.attentions.0.proj_attn.bias')).toBe(true);
      expect(await decode(backend, tensors)).toEqual(await decode(backend, fixtures.sdMini));
    });

    vaeTest('ignores the encoder', async ({ backend, fixtures }) => {
      const broken: CheckpointTensor = {
        name: 'encoder.conv_in.weight',
        dtype: 'f32',
        shape: [1],
        bytes: () => Promise.reject(new Error('the encoder was read')),
      };
      const fractions: number[] = [];
      const tensors = new Map([...fixtures.sdMini, [broken.name, broken]]);
      const onProgress = (fraction: number) => fractions.push(fraction);
      const vae = await Vae.load(backend, sdMini, tensors, { onProgress });
      vae.destroy();
      expect(fractions.at(-1)).toBeCloseTo(1, 10);
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    });

    vaeTest('post_quant_conv is optional', async ({ backend, fixtures }) => {
      const bare = [...fixtures.sdMini].filter(([key]) => !key.startsWith('post_quant_conv'));
      const image = await decode(backend, new Map(bare));
      expect(image.every(Number.isFinite)).toBe(true);
      expect(image).not.toEqual(await decode(backend, fixtures.sdMini));
    });

    vaeTest('divides by the scaling factor', async ({ backend, fixtures }) => {
      const scaled = await decode(backend, fixtures.sdMini, { ...sdMini, scalingFactor: 0.5 });
      const vae = await Vae.load(backend, sdMini, fixtures.sdMini);
      await vae.prepare(side);
      const twice = Float32Array.from({ length: 16 }, (_, i) => 2 * Math.fround(Math.sin(i)));
      expect(await vae.decodeFloat(latentOf(backend, twice, side), 0)).toEqual(scaled);
      vae.destroy();
    });

    for (const key of [
      'decoder.conv_in.weight',
      'decoder.mid_block.attentions.0.to_v.bias',
      'decoder.up_blocks.2.resnets.0.conv_shortcut.weight',
      'decoder.conv_norm_out.bias',
    ]) {
      vaeTest(`names ${key} where it is missing`, async ({ backend, fixtures }) => {
        const rest = new Map([...fixtures.sdMini].filter(([tensor]) => tensor !== key));
        const error = await failure(Vae.load(backend, sdMini, rest));
        expect(error.code).toBe('checkpoint-incomplete');
        expect(error.message).toContain(`"${key}"`);
      });
    }

    vaeTest('names both shapes where one is wrong', async ({ backend, fixtures }) => {
      const wide = { ...sdMini, blockOutChannels: [8, 16, 24, 32] };
      const error = await failure(Vae.load(backend, wide, fixtures.sdMini));
      expect(error.code).toBe('checkpoint-unsupported');
      expect(error.message).toContain('"decoder.conv_in.weight"');
      expect(error.message).toContain('[24, 4, 3, 3]');
      expect(error.message).toContain('[32, 4, 3, 3]');
    });

    vaeTest('refuses a configuration that no kernel can run', async ({ backend, fixtures }) => {
      const odd = { ...sdMini, normNumGroups: 5 };
      const error = await failure(Vae.load(backend, odd, fixtures.sdMini));
      expect(error.code).toBe('checkpoint-unsupported');
    });

    vaeTest('can be cancelled', async ({ backend, fixtures }) => {
      const signal = AbortSignal.abort();
      const error = await failure(Vae.load(backend, sdMini, fixtures.sdMini, { signal }));
      expect(error.code).toBe('cancelled');
    });
  });

  describe(`${name}: decoding`, () => {
    vaeTest('gives the bytes of the float picture', async ({ backend, fixtures }) => {
      const vae = await Vae.load(backend, sdMini, fixtures.sdMini);
      await vae.prepare(side);
      const latent = waves(backend, 2);
      // Several at once, and out of order.
      const [first, , again] = await Promise.all([1, 0, 1].map((i) => vae.decode(latent, i)));
      expect([first.width, first.height]).toEqual([16, 16]);
      expect(again.rgba).toEqual(first.rgba);
      const bytes = bytesOf(await vae.decodeFloat(latent, 1), 16);
      expectClose(first.rgba, bytes, { abs: 1, rel: 0 }, [16, 16, 4]);
      vae.destroy();
    });

    vaeTest('another latent size after the first', async ({ backend, fixtures }) => {
      const vae = await Vae.load(backend, sdMini, fixtures.sdMini);
      await vae.prepare(side);
      const before = await vae.decode(waves(backend), 0);
      await vae.prepare(1);
      expect((await vae.decode(waves(backend), 0)).width).toBe(8);
      await vae.prepare(side);
      expect(await vae.decode(waves(backend), 0)).toEqual(before);
      vae.destroy();
    });

    vaeTest('reports values that are not finite, and recovers', async ({ backend, fixtures }) => {
      const vae = await Vae.load(backend, sdMini, fixtures.sdMini);
      await vae.prepare(side);
      const good = await vae.decode(waves(backend), 0);
      for (const value of [NaN, Infinity]) {
        const latent = latentOf(backend, new Float32Array(16).fill(value, 5, 6), side);
        expect((await failure(vae.decode(latent, 0))).code).toBe('not-finite');
      }
      expect(await vae.decode(waves(backend), 0)).toEqual(good);
      vae.destroy();
    });

    vaeTest('refuses what it can not do', async ({ backend, fixtures }) => {
      const vae = await Vae.load(backend, sdMini, fixtures.sdMini);
      const latent = waves(backend);
      expect((await failure(vae.decode(latent, 0))).message).toContain('not prepared');
      await vae.prepare(side);
      for (const image of [-1, 100]) {
        const error = await failure(vae.decode(latent, image));
        expect(error.code).toBe('invalid-request');
        expect(error.message).toContain(`image ${image} is not in`);
      }
      vae.destroy();
    });

    vaeTest('destroy while decoding ends it as cancelled', async ({ backend, fixtures }) => {
      const vae = await Vae.load(backend, sdMini, fixtures.sdMini);
      await vae.prepare(side);
      const running = failure(vae.decode(waves(backend), 0));
      const waiting = failure(vae.decode(waves(backend), 0));
      vae.destroy();
      expect((await running).code).toBe('cancelled');
      expect((await waiting).code).toBe('cancelled');
    });
  });
}

/** Latents (images * C, S * S) on a backend's first lane. */
function latentOf(
  backend: Backend,
  values: Float32Array<ArrayBuffer>,
  latentSide: number,
): Storage {
  const pixels = latentSide ** 2;
  const [lane] = backend.lanes;
  const storage = lane.allocate('Test.latent', denseFloats(values.length / pixels, pixels));
  lane.write(storage, values);
  return storage;
}

/** Latents of sdMini that are no numbers of a special kind. */
function waves(backend: Backend, images = 1): Storage {
  const length = images * sdMini.latentChannels * side ** 2;
  return latentOf(
    backend,
    Float32Array.from({ length }, (_, i) => Math.sin(i)),
    side,
  );
}

/** The decoded picture of one latent, from weights that may have been changed. */
async function decode(
  backend: Backend,
  tensors: TensorMap,
  config = sdMini,
): Promise<Float32Array> {
  const vae = await Vae.load(backend, config, tensors);
  await vae.prepare(side);
  const image = await vae.decodeFloat(waves(backend), 0);
  vae.destroy();
  return image;
}

/** RGBA bytes of planes (3, side, side), as the page shows them. */
function bytesOf(planes: Float32Array, pictureSide: number): Float32Array {
  const pixels = pictureSide ** 2;
  return Float32Array.from({ length: 4 * pixels }, (_, i) => {
    if (i % 4 === 3) return 255;
    const value = 127.5 * planes[(i % 4) * pixels + Math.floor(i / 4)] + 128;
    return Math.floor(Math.min(255, Math.max(0, value)));
  });
}

/** An element may be off by a share of the largest |reference|. */
function expectPicture(
  actual: Float32Array,
  reference: Float32Array,
  pictureSide: number,
  tolerance = 1e-3,
): void {
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const shape = [3, pictureSide, pictureSide];
  expectClose(actual, reference, { abs: tolerance * largest, rel: 0 }, shape);
}

async function failure(work: Promise<unknown>): Promise<DyditError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DyditError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
