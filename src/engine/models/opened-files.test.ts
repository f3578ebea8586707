import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, ModelInfo, ModelSource } from '../api';
import { createLocalEngine } from '../local-engine';
import { localLibrary } from './local-library';
import type { ModelChoice } from './model-choice';
import { reportOn } from './report';
import { memoryStorage } from './testing/memory-storage';
import {
  caseFile,
  caseWeights,
  fieldFile,
  renamed,
  safetensorsFile,
  shards,
  textFile,
  type Weights,
} from './testing/field';

/**
 * What people bring, through what the page calls: the library says what files are, the engine loads
 * them. The right value of each is the picture that the plain file of the same weights makes.
 */

const room = () => Promise.resolve({ isPersistent: false });
const remembered = new Map<string, ModelChoice>();
const library = localLibrary({
  storage: memoryStorage(),
  memory: {
    recall: (identity) => Promise.resolve(remembered.get(identity)),
    remember: (identity, choice) => Promise.resolve(void remembered.set(identity, choice)),
  },
  room,
});

let engine: Engine;
let tiny: Weights;
let plain: string;

beforeAll(async () => {
  engine = await createLocalEngine({ backend: 'wasm', threads: 1 });
  tiny = await caseWeights('tiny');
  plain = await pictureOf(await load([await caseFile('tiny', 'model.pt')]));
});
afterAll(() => engine.dispose());

function load(files: readonly File[], choice?: ModelChoice): Promise<ModelInfo> {
  const source: ModelSource = { kind: 'files', name: 'model', files, ...(choice && { choice }) };
  return engine.load(source);
}

/** The bytes of a small picture of the model in use. */
async function pictureOf({ defaults, dynamic, guidable }: ModelInfo): Promise<string> {
  const { pictures } = await engine.generate({
    ...{ sampler: defaults.sampler, steps: 2, guidance: guidable ? 2 : 1, seed: 3, images: 1 },
    ...{ guidanceChannels: defaults.guidanceChannels, labels: [{ classId: 1, weight: 1 }] },
    ...{ variation: 0, budget: 0, dynamicWidth: dynamic, dynamicTokens: dynamic },
    preview: 'off',
  });
  return Buffer.from(pictures[0].rgba).toString('hex');
}

const diffusersName = (name: string) =>
  name === 'pos_embed'
    ? 'pos_embed.pos_embed'
    : name.replace('blocks.', 'transformer_blocks.').replace('x_embedder', 'pos_embed');

const oneStep = new Float32Array([5]);

describe('what people bring makes the pictures of the plain file', () => {
  it.each<[string, () => Promise<readonly File[]> | readonly File[]]>([
    ['a .ckpt', async () => [await caseFile('tiny', 'model.ckpt')]],
    ['a file without extension', async () => [await caseFile('tiny', 'weights')]],
    [
      'names of DataParallel',
      () => [
        safetensorsFile(
          'p',
          renamed(tiny, (n) => `module.${n}`),
        ),
      ],
    ],
    [
      'wrappers in any order',
      () => [
        safetensorsFile(
          'w',
          renamed(tiny, (n) => `_orig_mod.module.${n}`),
        ),
      ],
    ],
    [
      'an averaged model',
      () => {
        const averaged = new Map(renamed(tiny, (n) => `module.${n}`));
        averaged.set('n_averaged', { shape: [1], values: oneStep });
        return [safetensorsFile('a', averaged)];
      },
    ],
    [
      "diffusers' names",
      () => [safetensorsFile('diffusion_pytorch_model', renamed(tiny, diffusersName))],
    ],
    ['shards in the wrong order', () => shards(tiny).toReversed()],
    [
      'shards with their index',
      () => {
        const [a, b] = shards(tiny);
        const names = [...tiny.keys()];
        const half = Math.floor(names.length / 2);
        const map = names.map((name, i) => [name, i < half ? a.name : b.name] as const);
        const index = JSON.stringify({ weight_map: Object.fromEntries<string>(map) });
        return [textFile('model.safetensors.index.json', index), b, a];
      },
    ],
  ])('%s', async (_, make) => {
    const files = await make();
    const { model, waiting, refused } = await library.inspect(files);
    expect([waiting, refused]).toEqual([[], []]);
    expect(model?.questions.filter(({ open }) => open)).toEqual([]);
    expect(await pictureOf(await load(files))).toBe(plain);
  });
});

describe('what is not whole waits', () => {
  it('one shard names the other', async () => {
    const [a] = shards(tiny);
    const { model, waiting } = await library.inspect([a]);
    expect(model).toBeUndefined();
    expect(waiting).toEqual(['Waiting for model-00002-of-00002.safetensors.']);
  });

  it('a VAE waits for its model, whatever it is called', async () => {
    const vae = await fieldFile('ldm-vae.safetensors', 'DiT-XL-2.pt');
    const { model, waiting, joins } = await library.inspect([vae]);
    expect(model).toBeUndefined();
    expect(waiting).toEqual(['Waiting for the model that the VAE belongs to.']);
    expect(joins).toBe(true);
  });

  it('names of classes join a model', async () => {
    const list = Array.from({ length: 10 }, (_, i) => `animal ${i}`);
    const names = textFile('labels.txt', list.join('\n'));
    expect(await library.inspect([names])).toMatchObject({ joins: true, refused: [] });
    const info = await load([names, await caseFile('tiny', 'a')]);
    expect(info.classes.map(({ name }) => name)).toEqual(list);
  });
});

describe('what can not be used is named for what it is', () => {
  it.each<[string, () => File | Promise<File>, string, RegExp]>([
    [
      'a tensor without a use',
      () =>
        safetensorsFile(
          'q',
          new Map([
            ...tiny,
            ['blocks.0.attn.q_norm.weight', { shape: [16], values: new Float32Array(16) }],
          ]),
        ),
      'checkpoint-unsupported',
      /parts that the engine does not have: "blocks\.0\.attn\.q_norm\.weight"/,
    ],
    [
      'a text',
      () => textFile('notes.txt', 'not weights'),
      'checkpoint-unsupported',
      /"notes\.txt" is text, and no list of class names: it has one line/,
    ],
  ])('%s', async (_, make, code, message) => {
    const { model, refused } = await library.inspect([await make()]);
    expect(model).toBeUndefined();
    expect(refused[0].error.code).toBe(code);
    expect(refused[0].error.message).toMatch(message);
  });

  it('a number that is none is named before anything is drawn', async () => {
    const weights = new Map(tiny);
    const name = 'blocks.0.mlp.fc1.weight';
    const sound = weights.get(name);
    if (!sound) throw new Error(name);
    const values = sound.values.slice();
    values[0] = Number.NaN;
    weights.set(name, { ...sound, values });
    const loading = load([safetensorsFile('nan', weights)]);
    await expect(loading).rejects.toMatchObject({ code: 'weights-not-finite' });
    await expect(loading).rejects.toThrow(name);
  });
});

describe('what shapes do not say is asked once', () => {
  it('a static DiT of no official width asks for its heads, and remembers them', async () => {
    const files = [await caseFile('static', 'static.pt')];
    const first = await library.inspect(files);
    const open = first.model?.questions.filter((question) => question.open).map(({ id }) => id);
    expect(open).toContain('numHeads');
    const choice = { answers: { ...first.model?.answers, numHeads: 6 } };
    await library.remember(first.model?.filesIdentity ?? '', choice);
    const again = await library.inspect([await caseFile('static', 'another name')]);
    expect(again.remembered).toEqual(choice);
    expect(again.model?.questions.filter((question) => question.open)).toEqual([]);
    expect((await load(files, choice)).heads).toBe(6);
  });

  it('names that can not be shown are told among what is odd', async () => {
    const settings = { num_heads: 2, class_names: ['fox', 'x'.repeat(300)] };
    const config = textFile('config.json', JSON.stringify(settings));
    const files = [await caseFile('tiny', 'a'), config];
    const lines = await reportOn(files.map((blob) => ({ name: blob.name, blob })));
    const [odd] = lines.slice(lines.indexOf('What is odd') + 1);
    expect(odd).toContain('The names in "class_names" are left out');
  });

  it('other answers are another model', async () => {
    const files = [await caseFile('tiny', 'a')];
    const one = await load(files, { answers: { nullClass: true } });
    const other = await load(files, { answers: { nullClass: false } });
    expect(other.identity).not.toBe(one.identity);
    expect([one.guidable, other.guidable]).toEqual([true, false]);
    expect([one.classes.length, other.classes.length]).toEqual([10, 11]);
    expect(other.defaults.guidance).toBe(1);
  });

  it('answers that do not fit are refused in words', async () => {
    const { model } = await library.inspect([await fieldFile('plain')], {
      answers: { prediction: 'v' },
    });
    expect(model?.problem?.message).toMatch(/predicts v/);
    expect(model?.questions.map(({ id }) => id)).toContain('prediction');
  });

  it('of several sets of weights the averaged one comes first', async () => {
    const { model } = await library.inspect([await fieldFile('choices.ckpt')]);
    const names = model?.choices.map(({ name }) => name) ?? [];
    expect(names.length).toBeGreaterThan(1);
    expect(names[0]).toMatch(/ema/);
    expect(model?.chosen).toBe(names[0]);
  });
});
