import { describe, expect, it } from 'vitest';
import { expectedWeights, readFieldFile } from '../testing/field-files';
import { describeTensors, readFixture } from '../testing/files';
import { WatchedBlob } from '../testing/watched-blob';
import { assemble, type Assembly } from './assemble';
import { identify } from './identify';
import type { NamedFile } from './named-file';

/** A file of fixtures/field under another name, or as it is. */
function file(content: string, name = content): NamedFile {
  return { name, blob: new Blob([readFieldFile(content)]) };
}

function text(name: string, content: string): NamedFile {
  return { name, blob: new Blob([content]) };
}

const first = file('model-00001-of-00002.safetensors');
const second = file('model-00002-of-00002.safetensors');
const index = file('model.safetensors.index.json');
const dit = file('averaged.pt', 'vae.bin');
const vae = file('ldm-vae.safetensors', 'model.ckpt');

async function expectShards({ dit: found, waiting }: Assembly): Promise<void> {
  expect(waiting).toEqual([]);
  if (!found) throw new Error('no model');
  expect(await describeTensors(found.checkpoint)).toEqual(expectedWeights('shards'));
}

describe('an index', () => {
  it('is read once, however often its file is looked at', async () => {
    const blob = new WatchedBlob([readFieldFile('averaged.pt')]);
    const first = await assemble([{ name: 'a.pt', blob }]);
    const { reads } = blob;
    expect(reads).toBeGreaterThan(0);
    const again = await assemble([{ name: 'a.pt', blob }], { weights: 'model' });
    expect(blob.reads).toBe(reads);
    expect(again.dit?.files).toHaveLength(first.dit?.files.length ?? 0);
  });

  it('is read again where it could not be, and where the file has another name', async () => {
    const text = new WatchedBlob(['no model']);
    const named = new WatchedBlob([readFieldFile('averaged.pt')]);
    for (const [name, blob] of [
      ['a', text],
      ['a', named],
    ] as const) {
      await identify({ name, blob });
    }
    const [before, beforeNamed] = [text.reads, named.reads];
    expect((await identify({ name: 'a', blob: text })).kind).toBe('refused');
    await identify({ name: 'b', blob: named });
    expect(text.reads).toBeGreaterThan(before);
    expect(named.reads).toBeGreaterThan(beforeNamed);
  });
});

describe('files are told by what is in them', () => {
  it.each<[string, NamedFile, string]>([
    ['a DiT under any name', file('plain', 'picture.png'), 'dit'],
    ['a VAE named like a model', file('vae/weights', 'DiT-XL-2.pt'), 'vae'],
    ['a shard', first, 'dit'],
    ['an index', file('model.safetensors.index.json', 'notes.txt'), 'shard-index'],
    ['a configuration of diffusers', file('diffusers-dit/config.json', 'x'), 'config'],
    ['a manifest', text('a', '{"name":"m","dit":{"file":"d"},"vae":{"file":"v"}}'), 'manifest'],
    ['names in lines', text('a', 'fox\ncat\ndog\n'), 'labels'],
    ['names in a list', text('a', '["fox", "cat"]'), 'labels'],
    ["ImageNet's names", text('a', '{"0": ["n01", "a_fox"], "1": ["n02", "cat"]}'), 'labels'],
    ['a picture', { name: 'model.pt', blob: new Blob([pngHead()]) }, 'picture'],
    ['other JSON', text('model.safetensors', '{"a": [1]}'), 'refused'],
    ['noise', { name: 'a.pt', blob: new Blob([new Uint8Array(64).fill(1)]) }, 'refused'],
    ['an empty file', text('a.pt', ''), 'refused'],
  ])('%s', async (_, named, kind) => {
    const identity = await identify(named);
    expect(identity.kind === 'weights' ? identity.network.kind : identity.kind).toBe(kind);
  });

  it.each([
    [
      'a name of 100,000 characters',
      JSON.stringify(['fox', 'x'.repeat(1e5)]),
      /class 1 has 100000/,
    ],
    ['a line of 100,000 characters', `fox\n${'x'.repeat(1e5)}\ncat\n`, /class 1 has 100000/],
    ['300,000 names', JSON.stringify(Array(300_000).fill('fox')), /has 300000 names/],
    ['300,000 lines', 'fox\n'.repeat(300_000), /has 300000 names/],
  ])(
    'names of classes that can not be shown are refused for it: %s',
    async (_, content, message) => {
      const identity = await identify(text('labels', content));
      if (identity.kind !== 'refused') throw new Error(identity.kind);
      expect(identity.error.code).toBe('checkpoint-unsupported');
      expect(identity.error.message).toMatch(message);
    },
  );

  it.each([
    ['["fox", 3, "cat"]', /names of classes, but is no list of them: Class 1 has no name/],
    ['{"0": "a", "2": "b"}', /Class 1 has no name/],
    ['{"0": "a", "00": "b"}', /Class 0 has two names/],
    ['fox\n\ncat\n', /is text, and no list of class names: line 2 is empty/],
    ['fox', /it has one line/],
  ])('a list of names with a fault is refused for that: %s', async (content, message) => {
    const identity = await identify(text('labels', content));
    if (identity.kind !== 'refused') throw new Error(identity.kind);
    expect(identity.error.message).toMatch(message);
  });

  it('text that is of no model is passed over beside one, by name, and refused alone', async () => {
    const readme = text('README.md', '# A model\n\nTrained for a week.\n');
    const { dit: model, refused, passedOver } = await assemble([readme, file('plain')]);
    expect([model?.files.length, refused]).toEqual([1, []]);
    expect(passedOver).toMatchObject([{ file: readme }]);
    expect(passedOver[0].sentence).toMatch(/"README\.md" is text.* It is passed over\.$/);
    expect((await assemble([readme])).refused).toMatchObject([{ file: readme }]);
  });

  it('a million names end in a typed refusal, too', async () => {
    const content = JSON.stringify(
      Object.fromEntries(Array.from({ length: 1e6 }, (_, i) => [i, 'fox'])),
    );
    expect((await identify(text('labels', content))).kind).toBe('refused');
  });

  it('takes what is not written out of names, and leaves those that are twice', async () => {
    const names = ['a\tfox\u0007', '\u202eevil\u202c cat', 'crane', 'crane', 'x\u0000y\u009f'];
    const expected = ['a fox', 'evil  cat', 'crane', 'crane', 'x y'];
    const identity = await identify(text('labels', JSON.stringify(names)));
    expect(identity).toEqual({ kind: 'labels', names: expected });
  });

  it('reads names of classes in every form', async () => {
    const forms = [
      '0: fox\n1: red cat\n',
      '["fox", "red cat"]',
      '{"1": "red cat", "0": "fox"}',
      '{"red cat": 1, "fox": 0}',
      '{"0": ["n01", "fox"], "1": ["n02", "red_cat"]}',
    ];
    for (const form of forms) {
      const identity = await identify(text('labels', form));
      expect(identity).toEqual({ kind: 'labels', names: ['fox', 'red cat'] });
    }
  });

  it.each(['{"0": "a", "2": "b"}', '{"0": "a", "00": "b"}', '{"a": 0, "b": 0}', '[1, 2]'])(
    'takes %s for no names',
    async (content) => {
      expect((await identify(text('labels', content))).kind).toBe('refused');
    },
  );
});

describe('hostile files are refused at the first thing that is too much', () => {
  it.each<[string, string, RegExp]>([
    [
      '50 MB of nested JSON',
      '{"a":' + '['.repeat(50_000_000),
      /has 50000005 bytes|of 50000005 bytes/,
    ],
    [
      '20 MB of nested JSON',
      '{"a":' + '['.repeat(20_000_000),
      /more than 32 levels, at character 36/,
    ],
    ['a million values', `[${'0,'.repeat(1_000_000)}0]`, /more than 500000 values/],
    ['a million objects', `[${'{},'.repeat(1_000_000)}0]`, /more than 100000 objects/],
    ['a string without an end', `{"a": "${'x'.repeat(1_000_000)}`, /without an end/],
  ])('%s', async (_, content, message) => {
    const identity = await identify(text('config.json', content));
    if (identity.kind !== 'refused') throw new Error(identity.kind);
    expect(identity.error.message).toMatch(message);
  });

  it('the header of a safetensors file, however long, is judged by its first bytes', async () => {
    for (const [length, message] of [
      [99_000_000, /99000000 bytes; at most 33554432 are read/],
      [30_000_000, /more than 4 levels, at character 8/],
    ] as const) {
      const head = new Uint8Array(8);
      new DataView(head.buffer).setUint32(0, length, true);
      const header = new Blob([head, '{"a":', new Uint8Array(length - 5).fill(0x5b)]);
      const identity = await identify({ name: 'a', blob: header });
      if (identity.kind !== 'refused') throw new Error(identity.kind);
      expect(identity.error.message).toMatch(message);
    }
  });
});

describe('what belongs together is put together', () => {
  it('two shards with their index, in any order and under any names', async () => {
    await expectShards(await assemble([index, second, first]));
    await expectShards(await assemble([file(second.name, 'b'), file(first.name, 'a'), index]));
  });

  it('two shards without an index', async () => {
    await expectShards(await assemble([second, first]));
    await expectShards(await assemble([file(first.name, 'a'), file(second.name, 'b')]));
  });

  it('a shard that came twice, and shards beside weights of no known network', async () => {
    await expectShards(await assemble([first, second, first]));
    await expectShards(await assemble([first, first, second]));
    const other = { name: 'types.pt', blob: new Blob([readFixture('types.pt')]) };
    const assembly = await assemble([other, first, second]);
    await expectShards(assembly);
    expect(assembly.refused).toMatchObject([{ file: other }]);
  });

  it('a model and its VAE, whichever is first and whatever they are called', async () => {
    for (const files of [
      [dit, vae],
      [vae, dit],
    ]) {
      const { dit: model, vae: decoder, waiting, refused } = await assemble(files);
      expect(model?.files).toEqual([dit]);
      expect(decoder?.files).toEqual([vae]);
      expect([...waiting, ...refused]).toEqual([]);
      if (!decoder) throw new Error('no decoder');
      expect(await describeTensors(decoder.checkpoint)).toEqual(
        expectedWeights('ldm-vae.safetensors'),
      );
    }
  });

  it('shards of a model beside a VAE', async () => {
    const assembly = await assemble([first, vae, second]);
    await expectShards(assembly);
    expect(assembly.vae?.files).toEqual([vae]);
  });

  it('a configuration, class names and a picture beside weights', async () => {
    const config = file('diffusers-dit/config.json');
    const labels = text('labels.txt', 'fox\ncat\ndog\n');
    const picture = { name: 'a.png', blob: new Blob([pngHead()]) };
    const assembly = await assemble([
      config,
      labels,
      picture,
      file('diffusers-dit/weights.safetensors'),
    ]);
    expect(assembly.dit).toBeDefined();
    expect(assembly.configs).toMatchObject([{ subject: 'dit' }]);
    expect(assembly.configs[0].settings.get('num_attention_heads')).toBe(2);
    expect(assembly.labels).toEqual(['fox', 'cat', 'dog']);
    expect(assembly.pictures).toEqual([picture]);
  });

  it('the last of two models counts', async () => {
    const plain = file('plain');
    expect((await assemble([dit, plain])).dit?.files).toEqual([plain]);
    expect((await assemble([plain, dit])).dit?.files).toEqual([dit]);
  });

  it('the weights that were chosen', async () => {
    const choices = file('choices.ckpt');
    const { dit: model } = await assemble([choices, vae], { weights: 'model' });
    expect(model?.checkpoint.chosen).toBe('model');
  });
});

describe('what is missing is said, and the rest kept', () => {
  it.each<[string, readonly NamedFile[], string]>([
    ['one shard', [first], 'Waiting for model-00002-of-00002.safetensors.'],
    ['the other', [second], 'Waiting for model-00001-of-00002.safetensors.'],
    [
      'one shard of no telling name, with the index',
      [index, file(first.name, 'a')],
      'Waiting for model-00002-of-00002.safetensors.',
    ],
    [
      'an index',
      [index],
      'Waiting for model-00001-of-00002.safetensors, model-00002-of-00002.safetensors.',
    ],
    ['a part of no telling name', [file(first.name, 'a')], 'Waiting for the rest of the model: "'],
    [
      'a VAE cut short',
      [file('ldm-vae-part.safetensors')],
      'Waiting for the rest of the VAE: "decoder.',
    ],
    ['a VAE', [vae], 'Waiting for the model that the VAE belongs to.'],
    [
      'a configuration',
      [file('diffusers-dit/config.json', 'config.json')],
      'Waiting for the weights that "config.json" describes.',
    ],
    [
      'a manifest with its VAE',
      [text('m', '{"dit":{"file":"dit.safetensors"},"vae":{"file":"vae.safetensors"}}'), vae],
      'Waiting for dit.safetensors.',
    ],
  ])('%s', async (_, files, sentence) => {
    const { waiting, dit: model, refused } = await assemble(files);
    expect(waiting.map((each) => each.sentence).join()).toContain(sentence);
    expect(model).toBeUndefined();
    expect(refused).toEqual([]);
  });

  it('a shard that is dropped with something else is still waited for', async () => {
    const { vae: decoder, waiting } = await assemble([vae, first]);
    expect(decoder).toBeDefined();
    expect(waiting[0].files).toEqual(['model-00002-of-00002.safetensors']);
    await expectShards(await assemble([vae, first, second]));
  });
});

describe('what can not be used is refused by name, and the rest kept', () => {
  it('additions to the layers of a model', async () => {
    const { refused, dit: model } = await assemble([file('extra-tensor.pt'), vae]);
    expect(model).toBeUndefined();
    expect(refused).toMatchObject([{ error: { code: 'checkpoint-unsupported' } }]);
    expect(refused[0].error.message).toContain('"blocks.0.attn.q_norm.weight"');
  });

  it('a damaged file', async () => {
    const cut = { name: 'cut.pt', blob: new Blob([readFieldFile('averaged.pt').slice(0, 9000)]) };
    const { refused, vae: decoder } = await assemble([vae, cut]);
    expect(refused).toMatchObject([{ file: cut, error: { code: 'checkpoint-broken' } }]);
    expect(decoder).toBeDefined();
  });

  it('weights of no known network', async () => {
    const other = { name: 'types.pt', blob: new Blob([readFixture('types.pt')]) };
    const { refused } = await assemble([other, dit]);
    expect(refused).toMatchObject([{ file: other, error: { code: 'checkpoint-unsupported' } }]);
    expect(refused[0].error.message).toContain('its tensors are called "f64", "f32", "f16"');
  });
});

function pngHead(): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
}
