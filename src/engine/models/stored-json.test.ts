import { beforeAll, describe, expect, it } from 'vitest';
import { folderOf, keepModel } from './keep';
import { resolveFiles, type ResolvedModel } from './resolve';
import { readStoredJson } from './stored-json';
import { filesOfStored, listStored, manifestName } from './stored-models';
import { caseFile } from './testing/field';
import { memoryStorage } from './testing/memory-storage';

const json = (text: string) => new File([text], 'x.json');

type Told = readonly [what: string, text: string];

/** Files that a page never writes, and that hold one up or fill its memory where they are just parsed. */
const hostile: readonly Told[] = [
  ['deeper than any configuration', '['.repeat(40) + ']'.repeat(40)],
  ['of a million values', `[${'0,'.repeat(1e6)}0]`],
  ['of 33 MB', `{}${' '.repeat(33 * 2 ** 20)}`],
];

describe('JSON of the store', () => {
  it('is read as it is', async () => {
    expect(await readStoredJson(json('{"a":[1,{"b":null}]}'))).toEqual({ a: [1, { b: null }] });
  });

  it.each<Told>([...hostile, ['cut short', '{"a":'], ['empty', '']])(
    '%s is none',
    async (_, text) => {
      expect(await readStoredJson(json(text))).toBeUndefined();
    },
  );

  it('that is not there is none', async () => {
    expect(await readStoredJson(undefined)).toBeUndefined();
  });
});

describe('a kept model whose manifest was tampered with', () => {
  let model: ResolvedModel;
  beforeAll(async () => {
    model = await resolveFiles([{ name: 'tiny.pt', blob: await caseFile('tiny', 'tiny.pt') }]);
  });

  it.each(hostile)('%s is no model, and can be deleted', async (_, text) => {
    const storage = memoryStorage();
    const id = folderOf(model, 'f32');
    await keepModel(storage, model, { folder: id, from: ['tiny.pt'], dtype: 'f32' });
    expect(await listStored(storage)).toMatchObject({ models: [{ id }], unfinished: [] });
    const files = storage.content.get(id);
    const manifest = new TextDecoder().decode(files?.get(manifestName));
    // All that the schema asks for is still in it.
    const padded = manifest.replace(/^\{/, `{"more": ${text.trim()}, ${text.replace(/\S/g, '')}`);
    expect(JSON.parse(padded)).toMatchObject({ name: 'tiny.pt' });
    files?.set(manifestName, new TextEncoder().encode(padded));
    expect(await listStored(storage)).toMatchObject({ models: [], unfinished: [{ id }] });
    await expect(filesOfStored(storage, id)).rejects.toMatchObject({
      code: 'checkpoint-incomplete',
    });
  });
});
