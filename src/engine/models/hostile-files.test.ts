import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostileJson } from '../../checkpoint/testing/hostile-json';
import { DyditError } from '../../errors';
import { inspect } from './inspect';
import { resolveFiles } from './resolve';
import { fieldFile, textFile } from './testing/field';

/** What may be said of files that are not sound. */
const codes = [
  'checkpoint-broken',
  'checkpoint-incomplete',
  'checkpoint-unsupported',
  'weights-not-finite',
];

/** Of files that came with a hostile one: what is said of any is typed and short. */
async function lookAt(files: readonly File[]): Promise<void> {
  const named = files.map((file) => ({ name: file.name, blob: file }));
  const { model, refused } = await inspect(named);
  const problems = [
    ...refused.map(({ error }) => error),
    ...(model?.problem ? [model.problem] : []),
  ];
  for (const { code, message } of problems) {
    expect(codes, message).toContain(code);
    expect(message.length).toBeLessThan(1500);
  }
  try {
    await resolveFiles(named);
  } catch (thrown) {
    if (!(thrown instanceof DyditError) || !codes.includes(thrown.code)) throw thrown;
  }
}

async function jsonOf(name: string): Promise<unknown> {
  return JSON.parse(await (await fieldFile(name)).text());
}

const manifest = {
  name: 'A model',
  dit: {
    ...{ file: 'dit', sha256: '0'.repeat(64), input_size: 4, num_heads: 2, objective: 'epsilon' },
    ...{ learn_sigma: true, patch_size: 2, in_channels: 2, hidden_size: 8, depth: 2 },
  },
  vae: {
    ...{ file: 'vae', latent_channels: 2, block_out_channels: [8, 16], layers_per_block: 1 },
    ...{ norm_num_groups: 8, mid_block_add_attention: true, scaling_factor: 0.18215 },
  },
  sampling: { sampler: 'ddim', steps: 25, cfg_scale: 4, cfg_channels: 'all' },
  variation: { default: 0.3, style_blend: 0.6 },
  budget: [
    { shift: -1, share: 0.3, frechet: 1, top1: 0.5 },
    { shift: 1, share: 0.9, frechet: 1, top1: 0.5 },
  ],
  styles: ['noto'],
  classes: [
    { name: 'fox', emoji: 'f', category: 'animals' },
    { name: 'cat', emoji: 'c', category: 'animals' },
    { name: 'dog', emoji: 'd', category: 'animals' },
  ],
  origin: { files: ['a'], identity: 'b', converted_at: 1 },
};

const names = { '0': ['n01', 'fox'], '1': ['n02', 'cat'], '2': ['n03', 'dog'] };

describe('hostile files beside sound weights', () => {
  it.each<[string, () => Promise<unknown>, readonly string[]]>([
    [
      'config.json',
      () => jsonOf('diffusers-dit/config.json'),
      ['diffusers-dit/weights.safetensors'],
    ],
    ['config.json', () => jsonOf('vae/config.json'), ['plain', 'vae/weights']],
    [
      'index.json',
      () => jsonOf('model.safetensors.index.json'),
      ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'],
    ],
    ['manifest.json', () => Promise.resolve(manifest), ['plain']],
    ['labels.json', () => Promise.resolve(names), ['plain']],
    ['labels.json', () => Promise.resolve(['fox', 'cat', 'dog']), ['plain']],
  ])('%s', async (name, read, others) => {
    const sound = await read();
    const files = await Promise.all(others.map((other) => fieldFile(other)));
    await lookAt([textFile(name, JSON.stringify(sound)), ...files]);
    await fc.assert(
      fc.asyncProperty(hostileJson(sound), (text) => lookAt([textFile(name, text), ...files])),
      { seed: 6, numRuns: 150 },
    );
  });
});
