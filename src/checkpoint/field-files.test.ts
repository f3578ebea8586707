import { describe, expect, it } from 'vitest';
import { isJsonObject } from './json';
import { openCheckpoint, type OpenOptions } from './open';
import { expectFailure } from './testing/expect-failure';
import { expectedWeights, readFieldFile } from './testing/field-files';
import { describeTensors } from './testing/files';
import { TensorSource } from './tensor-source';

/** The name given says nothing: content alone counts. */
function open(name: string, options?: OpenOptions) {
  return openCheckpoint(new Blob([readFieldFile(name)]), 'download', options);
}

describe('files in every wrapping and layout hold the weights that were put in', () => {
  it.each([
    ['plain', 'dit'],
    ['averaged.pt', 'dit'],
    ['nested.bin', 'dit'],
    ['blockwise.pth.tar', 'dit'],
    ['choices.ckpt', 'dit'],
    ['lightning.ckpt', 'dit'],
    ['deep', 'dit'],
    ['extras.pt', 'dit'],
    ['module.pt', 'unknown'],
    ['parallel.safetensors', 'dit'],
    ['diffusers-dit/weights.safetensors', 'dit'],
    ['int8.safetensors', 'dit'],
    ['ldm-vae.safetensors', 'vae'],
    ['vae/weights', 'vae'],
  ])('%s', async (name, kind) => {
    const checkpoint = await open(name);
    expect(checkpoint.network.kind).toBe(kind);
    expect(await describeTensors(checkpoint)).toEqual(expectedWeights(name));
  });
});

describe('several sets of weights in one file', () => {
  it('are listed, averages first, and any can be chosen', async () => {
    const { choices, chosen } = await open('choices.ckpt');
    expect(choices.map(({ name }) => name)).toEqual(['ema_model', 'model']);
    expect(chosen).toBe('ema_model');
    const other = await open('choices.ckpt', { weights: 'model' });
    expect(other.chosen).toBe('model');
    const weights = await describeTensors(other);
    expect(Object.keys(weights)).toEqual(Object.keys(expectedWeights('choices.ckpt')));
    expect(weights).not.toEqual(expectedWeights('choices.ckpt'));
  });

  it('are told apart by what stands before their names', async () => {
    const { choices } = await open('lightning.ckpt');
    expect(choices.map(({ name }) => name)).toEqual(['state_dict.ema_model', 'state_dict.model']);
  });

  it('do not include one that is not there', async () => {
    await expectFailure(
      () => open('choices.ckpt', { weights: 'opt' }),
      'checkpoint-unsupported',
      /no weights called "opt"/,
    );
  });
});

describe('what a file says besides its weights', () => {
  it('is read from the options of its training, whatever holds them', async () => {
    const { settings, skippedTypes } = await open('extras.pt');
    const args = settings.get('args');
    if (!isJsonObject(args)) throw new Error('no options');
    expect(args.get('num_heads')).toBe(2);
    expect(args.get('model')).toBe('DiT-XL/2');
    const options = settings.get('options');
    expect(isJsonObject(options) && options.get('num_heads')).toBe(2);
    expect(skippedTypes).toContain('datetime.datetime');
    expect(skippedTypes).toContain('__main__.Colour');
  });

  it('is read from metadata', async () => {
    const { settings } = await open('parallel.safetensors');
    expect(settings.get('num_heads')).toBe('2');
  });
});

describe('weights that can not be used', () => {
  it('are named where they are not finite, routers too', async () => {
    const { tensors } = await open('not-finite.pt');
    const source = new TensorSource(tensors);
    await expectFailure(
      () => source.halfBits('blocks.0.attn_rate.router.weight', [1, 8]),
      'weights-not-finite',
      /blocks\.0\.attn_rate\.router\.weight has 1 value that is not a number and 1 value that is infinite; the first is element 1/,
    );
    await expectFailure(
      () => source.float32('blocks.0.attn_rate.router.weight', [1, 8]),
      'weights-not-finite',
      /blocks\.0\.attn_rate\.router\.weight/,
    );
    expect(await source.halfBits('blocks.0.mlp_rate.router.weight', [1, 8])).toHaveLength(8);
  });

  it('are refused where blocks of diffusers have embedders of their own', async () => {
    const { tensors } = await open('diffusers-apart.safetensors');
    await expectFailure(
      () => tensors.get('t_embedder.mlp.0.bias')?.bytes(),
      'checkpoint-unsupported',
      /"transformer_blocks\.1\.[^"]+" differ/,
    );
  });

  it('are damaged where a byte differs from what was saved', async () => {
    const bytes = readFieldFile('averaged.pt');
    const sound = await openCheckpoint(new Blob([bytes]), 'a');
    const tensor = await sound.tensors.get('t_embedder.mlp.0.weight')?.bytes();
    if (!tensor) throw new Error('no tensor');
    const at = Buffer.from(bytes).indexOf(Buffer.from(tensor));
    bytes[at + 5] ^= 1;
    const flipped = await openCheckpoint(new Blob([bytes]), 'a');
    await expectFailure(
      () => flipped.tensors.get('t_embedder.mlp.0.weight')?.bytes(),
      'checkpoint-broken',
      /does not match its checksum/,
    );
  });
});
