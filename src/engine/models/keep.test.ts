import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../checkpoint/files/assemble';
import { readFloat32 } from '../../checkpoint/decode';
import type { TensorMap } from '../../checkpoint/tensor';
import { DyditError } from '../../errors';
import { inspect } from './inspect';
import { folderOf, keepModel, keptBytes, type KeepOptions } from './keep';
import { localLibrary } from './local-library';
import { resolveFiles, type ResolvedModel } from './resolve';
import { describeFolder, filesOfStored, listStored, renameStored } from './stored-models';
import { caseFile, fieldFile } from './testing/field';
import { memoryStorage } from './testing/memory-storage';
import type { ModelStorage } from './storage';

/** Small, so that the model takes many of them; the largest tensor fits. */
const largestShard = 256 * 2 ** 10;

let model: ResolvedModel;
beforeAll(async () => {
  model = await resolveFiles([{ name: 'tiny.pt', blob: await caseFile('tiny', 'tiny.pt') }]);
});

async function keep(storage: ModelStorage, options: Partial<KeepOptions> = {}): Promise<string> {
  const dtype = options.dtype ?? 'f32';
  const folder = folderOf(model, dtype);
  await keepModel(storage, model, { folder, from: ['tiny.pt'], largestShard, ...options, dtype });
  return folder;
}

async function reopen(storage: ModelStorage, id: string): Promise<ResolvedModel> {
  return resolveFiles(await filesOfStored(storage, id));
}

function entriesOf(storage: ReturnType<typeof memoryStorage>, id: string) {
  return [...(storage.content.get(id) ?? [])];
}

/** Of each file of weights. */
function hashes(storage: ReturnType<typeof memoryStorage>, id: string) {
  return entriesOf(storage, id)
    .filter(([name]) => name.endsWith('.safetensors'))
    .map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')] as const);
}

/** Largest |difference| of each tensor over its largest |value|. */
async function deviations(kept: TensorMap): Promise<readonly number[]> {
  const all: number[] = [];
  for (const source of model.dit.tensors.values()) {
    const tensor = kept.get(source.name);
    if (!tensor) throw new Error(`${source.name} is missing`);
    const [is, was] = [await readFloat32(tensor), await readFloat32(source)];
    const largest = was.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = was.reduce((most, value, i) => Math.max(most, Math.abs(value - is[i])), 0);
    all.push(largest === 0 ? off : off / largest);
  }
  return all;
}

describe('a kept model', () => {
  it.each([
    ['f32', 0],
    ['f16', 2 ** -11],
    ['int8', 0.51 / 127],
  ] as const)('in %s is the one that was opened, within its type', async (dtype, most) => {
    const storage = memoryStorage();
    const id = await keep(storage, { dtype });
    const kept = await reopen(storage, id);
    expect(kept.dit.config).toEqual(model.dit.config);
    expect(Math.max(...(await deviations(kept.dit.tensors)))).toBeLessThanOrEqual(most);
    for (const name of ['blocks.0.attn_rate.router.weight', 'pos_embed', 'blocks.0.attn.proj.bias'])
      expect(kept.dit.tensors.get(name)?.dtype).toBe('f32');
    const [stored] = (await listStored(storage)).models;
    expect(stored).toMatchObject({ id, dtype, name: 'tiny.pt', from: ['tiny.pt'] });
    expect(stored.originIdentity).toBe(model.identity);
  });

  it('lies in files of at most the size that was asked for, each with its hash', async () => {
    const storage = memoryStorage();
    const id = await keep(storage, { dtype: 'f16', largestShard });
    const files = entriesOf(storage, id).filter(([name]) => name.endsWith('.safetensors'));
    expect(files.length).toBeGreaterThan(3);
    const largest = Math.max(...files.map(([, { length }]) => length));
    expect(largest).toBeLessThanOrEqual(largestShard);
    const { dit } = (await reopen(storage, id)).manifest ?? {};
    expect([dit?.sha256, ...(dit?.more_files ?? []).map(({ sha256 }) => sha256)]).toHaveLength(
      files.length,
    );
    const bytes = files.reduce((sum, [, { length }]) => sum + length, 0);
    expect(Math.abs(keptBytes(model, 'f16') / bytes - 1)).toBeLessThan(0.01);
  });

  it('in shards can be kept again, smaller and in one file', async () => {
    const storage = memoryStorage();
    const sharded = await reopen(storage, await keep(storage));
    const folder = folderOf(sharded, 'int8');
    await keepModel(storage, sharded, { folder, from: ['tiny.pt'], dtype: 'int8' });
    expect((await listStored(storage)).models.map(({ id }) => id)).toContain(folder);
    expect((await inspect(await filesOfStored(storage, folder))).model?.dtype).toBe('int8');
  });

  it('is refused where a byte of it is another', async () => {
    const storage = memoryStorage();
    const id = await keep(storage);
    const file = entriesOf(storage, id).find(([name]) => name.startsWith('dit-00002'));
    if (!file) throw new Error('no second file');
    file[1][file[1].length - 1] ^= 1;
    const reopening = reopen(storage, id);
    await expect(reopening).rejects.toMatchObject({ code: 'checkpoint-broken' });
    await expect(reopening).rejects.toThrow('dit-00002');
  });

  it('whose manifest has another digit is damaged however it is opened, is not renamed, and is kept anew', async () => {
    const storage = memoryStorage();
    const id = await keep(storage);
    const manifest = entriesOf(storage, id).find(([name]) => name === 'manifest.json');
    if (!manifest) throw new Error('no manifest');
    const before = await filesOfStored(storage, id);
    const at = new TextDecoder().decode(manifest[1]).indexOf('"cfg_scale": ') + 13;
    manifest[1][at] = manifest[1][at] === 0x31 ? 0x32 : 0x31;
    const expectDamage = async (opening: Promise<unknown>): Promise<void> => {
      await expect(opening).rejects.toMatchObject({ code: 'checkpoint-broken' });
      await expect(opening).rejects.toThrow('manifest is damaged');
    };
    await expectDamage(reopen(storage, id));
    const [{ name, blob }, ...weights] = before;
    const dropped = [{ name, blob: new Blob([manifest[1]]) }, ...weights];
    expect(blob.size).toBe(manifest[1].length);
    await expectDamage(resolveFiles(dropped));
    await expectDamage(renameStored(storage, id, 'another'));
    // It can be seen, and deleted; the same model is written over it.
    expect((await listStored(storage)).models).toHaveLength(1);
    expect(await describeFolder(storage, id)).toBeUndefined();
    await keep(storage);
    expect((await reopen(storage, id)).dit.config).toEqual(model.dit.config);
  });

  it('can be renamed, and opens as before', async () => {
    const storage = memoryStorage();
    const id = await keep(storage);
    await renameStored(storage, id, 'another');
    expect((await reopen(storage, id)).name).toBe('another');
  });

  it('can be dropped as a folder, and waits for a file that is missing', async () => {
    const storage = memoryStorage();
    const files = await filesOfStored(storage, await keep(storage));
    const assembly = await assemble(files.filter(({ name }) => !name.startsWith('dit-00003')));
    expect(assembly.dit).toBeUndefined();
    expect(assembly.waiting.map(({ sentence }) => sentence).join()).toContain('dit-00003-of-');
  });
});

describe('a VAE that comes later', () => {
  it('joins a kept model, and is kept with it', async () => {
    const plain = await resolveFiles([{ name: 'p', blob: await fieldFile('plain') }]);
    const storage = memoryStorage();
    const options = { dtype: 'f32', from: ['p'] } as const;
    await keepModel(storage, plain, { ...options, folder: 'alone' });
    const vae = { name: 'vae', blob: await fieldFile('vae/weights') };
    const both = await resolveFiles([...(await filesOfStored(storage, 'alone')), vae]);
    expect(both.vae?.config.latentChannels).toBe(plain.dit.config.inChannels);
    expect(both.identity).not.toBe(plain.identity);
    await keepModel(storage, both, { ...options, folder: 'both' });
    const kept = await resolveFiles(await filesOfStored(storage, 'both'));
    expect(kept.vae?.config).toEqual(both.vae?.config);
  });
});

describe('half a model is none', () => {
  it('a full store says so, is emptied of it, and leaves the others whole', async () => {
    const first = await (async () => {
      const storage = memoryStorage();
      await keep(storage, { dtype: 'f16' });
      return storage;
    })();
    const used = [...first.content.values()].flatMap((files) => [...files.values()]);
    const quota = used.reduce((sum, { length }) => sum + length, 0) + 5 * largestShard;
    const storage = memoryStorage(quota);
    const kept = await keep(storage, { dtype: 'f16' });
    const failing = keep(storage, { dtype: 'f32' });
    await expect(failing).rejects.toMatchObject({ code: 'storage-full' });
    expect((await listStored(storage)).models.map(({ id }) => id)).toEqual([kept]);
    expect((await listStored(storage)).unfinished).toEqual([]);
    await reopen(storage, kept);
  });

  it('cancelling ends it and leaves nothing', async () => {
    const storage = memoryStorage();
    const abort = new AbortController();
    const keeping = keep(storage, {
      signal: abort.signal,
      onProgress: (fraction) => {
        if (fraction > 0.5) abort.abort();
      },
    });
    await expect(keeping).rejects.toMatchObject({ code: 'cancelled' });
    expect(await storage.folders()).toEqual([]);
  });

  it('a visit that ended halfway is not listed, and gone on with, but for what was damaged', async () => {
    const whole = memoryStorage();
    const id = await keep(whole);
    const { storage } = await halfway();
    expect(await listStored(storage)).toMatchObject({ models: [], unfinished: [{ id }] });
    const files = storage.content.get(id);
    const damaged = [...(files ?? [])].find(([name]) => name.startsWith('dit-00002'))?.[1];
    if (!damaged) throw new Error('nothing to damage');
    damaged[damaged.length - 1] ^= 1;
    const written: string[] = [];
    await keep({
      ...storage,
      write: (folder, name) => {
        if (name.endsWith('.safetensors')) written.push(name);
        return storage.write(folder, name);
      },
    });
    const all = entriesOf(storage, id).filter(([name]) => name.endsWith('.safetensors'));
    expect(written.length).toBeLessThan(all.length - 2);
    expect(written[0]).toMatch(/^dit-00002/);
    await reopen(storage, id);
    expect(new Map(hashes(storage, id))).toEqual(new Map(hashes(whole, id)));
  });

  it('a second page is told that the first is at it', async () => {
    const storage = memoryStorage();
    const first = keep(storage);
    await expect(keep(storage)).rejects.toMatchObject({ code: 'invalid-request' });
    await first;
  });

  it('a second page that comes as the first is done writes nothing, whatever becomes of it', async () => {
    const storage = memoryStorage();
    const id = await keep(storage);
    const before = hashes(storage, id);
    await keep(storage, { signal: AbortSignal.abort() });
    expect(hashes(storage, id)).toEqual(before);
  });
});

/** The store as it is when the page is closed after half of the files. */
async function halfway(): Promise<{ storage: ReturnType<typeof memoryStorage>; id: string }> {
  const storage = memoryStorage();
  let left = 5;
  const closing = {
    ...storage,
    write: (folder: string, name: string) => {
      if (name.endsWith('.safetensors') && left-- === 0) throw new Error('The page was closed.');
      return storage.write(folder, name);
    },
    // A page that is closed tidies nothing up.
    remove: () => Promise.resolve(),
  };
  await expect(keep(closing)).rejects.toThrow('closed');
  return { storage, id: folderOf(model, 'f32') };
}

/** A store in which a file is begun, and then the disk is full. */
function withoutRoomFor(storage: ModelStorage, full: string): ModelStorage {
  return {
    ...storage,
    async write(folder, name) {
      const writer = await storage.write(folder, name);
      const error = new DOMException('Full.', 'QuotaExceededError');
      return name === full ? { ...writer, write: () => Promise.reject(error) } : writer;
    },
  };
}

describe('the library', () => {
  const room = () => Promise.resolve({ isPersistent: false });
  const memory = { recall: () => Promise.resolve(undefined), remember: () => Promise.resolve() };

  it.each(['manifest.next.json', 'manifest.json'])(
    'a new name for which there is no room in %s leaves the model whole',
    async (full) => {
      const storage = memoryStorage();
      const id = await keep(storage, { name: 'before' });
      const library = localLibrary({ ...{ memory, room }, storage: withoutRoomFor(storage, full) });
      await expect(library.rename(id, 'after')).rejects.toMatchObject({ code: 'storage-full' });
      expect(await listStored(storage)).toMatchObject({ models: [{ id }], unfinished: [] });
      await reopen(storage, id);
    },
  );

  it('lets nobody delete or rename what is being written', async () => {
    const storage = memoryStorage();
    const library = localLibrary({ storage, memory, room });
    const keeping = keep(storage);
    const id = folderOf(model, 'f32');
    await expect(library.remove(id)).rejects.toMatchObject({ code: 'invalid-request' });
    await keeping;
    await reopen(storage, id);
    const atWork = storage.alone(id, () => library.rename(id, 'after'));
    await expect(atWork).rejects.toMatchObject({ code: 'invalid-request' });
  });

  it('keeps, lists, renames, hands out and deletes', async () => {
    const library = localLibrary({ storage: memoryStorage(), memory, room });
    const files = [await caseFile('tiny', 'tiny.pt')];
    const source = { kind: 'files', name: 'tiny.pt', files } as const;
    const kept = await library.keep({ source, dtype: 'int8' });
    expect(await library.keep({ source, dtype: 'int8' })).toEqual(kept);
    await library.rename(kept.id, 'My tiny');
    expect((await library.overview()).models).toMatchObject([{ id: kept.id, name: 'My tiny' }]);
    const again = await library.inspect(await library.files(kept.id));
    expect(again.model).toMatchObject({ name: 'My tiny', isDescribed: true, questions: [] });
    await library.remove(kept.id);
    expect((await library.overview()).models).toEqual([]);
    await expect(library.files(kept.id)).rejects.toBeInstanceOf(DyditError);
  });
});
