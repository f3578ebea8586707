import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { assemble } from '../../checkpoint/files/assemble';
import type { NamedFile } from '../../checkpoint/files/named-file';
import { parseJson, isJsonObject } from '../../checkpoint/json';
import type { ModelAnswers } from './answers';
import { askAbout, describeAssembly } from './describe';
import { readAnswers } from './read-answers';

const folder = new URL('../../checkpoint/fixtures/field/', import.meta.url);

async function file(name: string): Promise<NamedFile> {
  return { name, blob: new Blob([await readFile(new URL(name, folder))]) };
}

function text(name: string, content: string): NamedFile {
  return { name, blob: new Blob([content]) };
}

async function describeFiles(files: readonly (string | NamedFile)[], answered?: ModelAnswers) {
  const named = files.map(async (each) => (typeof each === 'string' ? file(each) : each));
  return describeAssembly(await assemble(await Promise.all(named)), answered);
}

function answersOf(content: string): ModelAnswers {
  const value = parseJson(content, 'test');
  if (!isJsonObject(value)) throw new Error('no object');
  return readAnswers(value);
}

describe('what files say besides their weights is read', () => {
  it.each<[string, ModelAnswers]>([
    [
      '{"model": "DiT-XL/2", "image_size": 256, "num_classes": 1000, "vae": "ema", "lr": 1e-4}',
      { numHeads: 16, prediction: 'epsilon', numClasses: 1000, inputSize: 32, space: 'latents' },
    ],
    [
      '{"model": "SiT-B/4", "path_type": "Linear", "prediction": "velocity", "num_classes": 10}',
      { numHeads: 12, prediction: 'flow-v', timeScale: 1, numClasses: 10 },
    ],
    [
      '{"_class_name": "DiTTransformer2DModel", "num_attention_heads": 16, "num_embeds_ada_norm": 1000, "sample_size": 32, "norm_num_groups": 32}',
      { numHeads: 16, timeFrequencies: 'diffusers', numClasses: 1000, inputSize: 32 },
    ],
    [
      '{"_class_name": "AutoencoderKL", "block_out_channels": [4], "latent_channels": 4, "scaling_factor": 0.13025, "norm_num_groups": 32, "shift_factor": 0.1}',
      { latentScale: 0.13025, normGroups: 32, latentShift: 0.1 },
    ],
    ['{"_class_name": "DDIMScheduler", "prediction_type": "v_prediction"}', { prediction: 'v' }],
    ['{"id2label": {"0": "fox", "1": "cat"}}', { classNames: ['fox', 'cat'] }],
    [
      '{"config": "{\\"num_heads\\": 6, \\"class_dropout_prob\\": 0}"}',
      { numHeads: 6, nullClass: false },
    ],
    [
      '{"num_heads": "6", "class_names": "[\\"a\\", \\"b\\"]"}',
      { numHeads: 6, classNames: ['a', 'b'] },
    ],
    ['{"num_heads": -1, "timestep_scale": "NaN", "prediction_type": 3}', {}],
  ])('%s', (content, answers) => {
    expect(answersOf(content)).toEqual(answers);
  });
});

describe('a model is described by what is known, and asks for the rest', () => {
  it('a DyDiT tells nearly all by itself', async () => {
    const { dit, questions, vae } = await describeFiles(['plain']);
    expect(dit).toMatchObject({ numHeads: 2, numClasses: 3, nullClass: true, dynamic: true });
    expect(dit).toMatchObject({ objective: 'epsilon', learnSigma: true, inputSize: 4 });
    expect(vae).toBeUndefined();
    expect(questions.filter(({ open }) => open).map(({ id }) => id)).toEqual(['nullClass']);
  });

  it('a diffusers folder tells its heads, classes and latents', async () => {
    const { dit, vae, questions } = await describeFiles([
      'vae/config.json',
      'diffusers-dit/weights.safetensors',
      'vae/weights',
      'diffusers-dit/config.json',
      text('scheduler', '{"_class_name": "DDIMScheduler", "prediction_type": "epsilon"}'),
      text(
        'model_index.json',
        '{"_class_name": "DiTPipeline", "id2label": {"0":"a","1":"b","2":"c"}}',
      ),
    ]);
    expect(dit).toMatchObject({ numHeads: 2, inputSize: 4, timeFrequencies: 'diffusers' });
    expect(dit).toMatchObject({ numClasses: 3, nullClass: true, objective: 'epsilon' });
    expect(vae).toMatchObject({ normNumGroups: 2, scalingFactor: 0.18215, latentChannels: 2 });
    expect(questions.filter(({ open }) => open)).toEqual([]);
  });

  it('alone it asks for its heads, prediction and latent scale', async () => {
    const files = ['diffusers-dit/weights.safetensors', 'ldm-vae.safetensors'];
    const { questions } = await describeFiles(files);
    const open = questions.filter((question) => question.open).map(({ id }) => id);
    expect(open).toEqual(['numHeads', 'prediction', 'nullClass', 'latentScale', 'normGroups']);
  });

  it('answers go before everything that files say', async () => {
    const answered = { numHeads: 4, prediction: 'flow-v', timeScale: 1, nullClass: false } as const;
    const { dit, questions } = await describeFiles(['diffusers-dit/weights.safetensors'], answered);
    expect(dit).toMatchObject({ numHeads: 4, objective: 'flow-v', timeScale: 1 });
    expect(dit).toMatchObject({ numClasses: 4, nullClass: false });
    expect(questions.filter(({ open }) => open)).toEqual([]);
    const scale = questions.find(({ id }) => id === 'timeScale');
    expect(scale?.options.map(({ value }) => value)).toEqual([1, 1000]);
  });

  it('a table of as many rows as classes has no null class', async () => {
    const config = text('config', '{"num_heads": 2, "num_classes": 4}');
    const { dit } = await describeFiles(['plain', config]);
    expect(dit).toMatchObject({ numClasses: 4, nullClass: false });
  });

  it('class names are taken from a file of them', async () => {
    const { classNames } = await describeFiles(['plain', text('l', 'fox\ncat\ndog')]);
    expect(classNames).toEqual(['fox', 'cat', 'dog']);
  });

  it.each([
    ['a configuration', '{"num_heads": 2, "class_names": ["fox", "LONG"]}'],
    ['options in it', '{"num_heads": 2, "model_args": {"class_names": ["fox", "LONG"]}}'],
    ['metadata in it', '{"num_heads": 2, "config": "{\\"class_names\\": [\\"LONG\\"]}"}'],
  ])('names in %s that can not be shown are left out, and that is said', async (_, content) => {
    const config = text('config', content.replace('LONG', 'x'.repeat(300)));
    const assemblyOf = async (...files: NamedFile[]) =>
      askAbout(await assemble([await file('plain'), config, ...files]));
    const { known, leftOut } = await assemblyOf();
    expect(known.classNames).toBeUndefined();
    expect(leftOut).toEqual([
      expect.stringMatching(/^The names in "class_names" are left out.* has 300 characters/),
    ]);
    // Names that are taken leave nothing to be said.
    expect((await assemblyOf(text('l', 'fox\ncat\ndog'))).leftOut).toEqual([]);
  });

  it.each([
    ['{"id2label": {"0": "fox", "2": "cat"}}', /"id2label" are left out.*: Class 1 has no name\.$/],
    ['{"id2label": {"0": "fox", "1": 7}}', /: Class 1 has no name\.$/],
    ['{"class_names": ["fox", null]}', /"class_names" are left out.*: Class 1 has no name\.$/],
    ['{"config": "{\\"labels\\": \\"[fox, cat]\\"}"}', /"labels" are left out.*not valid JSON/],
  ])('names with a fault are left out, and that is said: %s', async (content, told) => {
    const config = text('config', content.replace('{', '{"num_heads": 2, '));
    const assembly = await assemble([await file('plain'), config]);
    expect(askAbout(assembly).leftOut).toEqual([expect.stringMatching(told)]);
  });

  it.each(['{"classes": 3}', '{"labels": [1, 2]}', '{"labels": true}', '{"classes": {"a": [1]}}'])(
    'what is no list of names is none with a fault: %s',
    async (content) => {
      const config = text('config', content.replace('{', '{"num_heads": 2, '));
      expect(askAbout(await assemble([await file('plain'), config])).leftOut).toEqual([]);
    },
  );

  it.each<[string, string, RegExp]>([
    ['other classes', '{"num_heads": 2, "num_classes": 9}', /4 rows; 9 classes/],
    ['v', '{"num_heads": 2, "prediction_type": "v_prediction"}', /predicts v/],
    ['too few names', '["fox", "cat"]', /2 class names for a model of 3/],
  ])('a file that says %s is refused with what does not fit', async (_, content, message) => {
    await expect(describeFiles(['plain', text('x', content)])).rejects.toThrow(message);
  });

  it('a VAE of other latents is refused', async () => {
    const other = text(
      'config',
      '{"block_out_channels": [4, 8], "latent_channels": 2, "shift_factor": 1}',
    );
    await expect(describeFiles(['plain', 'vae/weights', other])).rejects.toThrow(
      /shifts its latents by 1/,
    );
  });
});
