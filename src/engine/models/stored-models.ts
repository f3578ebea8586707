import type { NamedFile } from '../../checkpoint/files/named-file';
import { identityOfHashes } from '../../checkpoint/integrity';
import { DyditError } from '../../errors';
import { filesOfManifest, manifestEntries, type Manifest } from '../manifest';
import { damageOf, manifestText } from '../manifest-hash';
import type { ModelStorage } from './storage';
import { changeFailure } from './storage-failure';
import { readStoredJson } from './stored-json';
import { addressOfDownload } from './stored-download';
import { writeFile } from './write-file';

/** A folder without it holds no model, or half of one. */
export const manifestName = 'manifest.json';

/** A manifest on its way to be the other one, which stands for it where that was cut short. */
const nextManifestName = 'manifest.next.json';

/** A model that is kept. */
export interface StoredModel {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  readonly dtype: 'f16' | 'f32' | 'int8';
  /** Of its weights as they are kept, by which links know it once it is in use. */
  readonly identity: string;
  /** Names of the files that it was made of. */
  readonly from: readonly string[];
  /** Of the weights that it was made of. */
  readonly originIdentity: string;
  /** Milliseconds since 1970. */
  readonly keptAt: number;
}

/** A folder with a part of a model, from a visit that ended before it was whole. */
export interface UnfinishedModel {
  readonly id: string;
  readonly bytes: number;
  /** Where it comes from, where it is a download. */
  readonly url?: string;
}

/** All that a store holds. */
export interface StoredContent {
  /** The latest first. */
  readonly models: readonly StoredModel[];
  readonly unfinished: readonly UnfinishedModel[];
}

/** Looks at every folder of a store. */
export async function listStored(storage: ModelStorage): Promise<StoredContent> {
  const models: StoredModel[] = [];
  const unfinished: UnfinishedModel[] = [];
  for (const id of await storage.folders()) {
    const files = await storage.files(id);
    const model = await describeFiles(id, files);
    if (model) models.push(model);
    else {
      const url = await addressOfDownload(id, files);
      unfinished.push({ id, bytes: bytesOf(files), ...(url === undefined ? {} : { url }) });
    }
  }
  return { models: models.toSorted((a, b) => b.keptAt - a.keptAt), unfinished };
}

/** The model of a folder; undefined where there is none, not all of it, or none that can be opened. */
export async function describeFolder(
  storage: ModelStorage,
  id: string,
): Promise<StoredModel | undefined> {
  const files = await storage.files(id);
  return (await readManifest(files))?.damage ? undefined : describeFiles(id, files);
}

async function describeFiles(
  id: string,
  files: ReadonlyMap<string, File>,
): Promise<StoredModel | undefined> {
  const manifest = (await readManifest(files))?.manifest;
  if (!manifest?.origin) return undefined;
  if (!filesOfManifest(manifest).every(({ file }) => files.has(file))) return undefined;
  const { name, dit, origin } = manifest;
  return {
    ...{ id, name, dtype: dit.weights ?? 'f32' },
    bytes: bytesOf(files),
    identity: identityOfHashes(filesOfManifest(manifest).map(({ sha256 = '' }) => sha256)),
    from: origin.files,
    originIdentity: origin.identity,
    keptAt: origin.converted_at,
  };
}

/** A manifest that is kept; `damage` where its hash says that it is another one than was written. */
interface KeptManifest {
  readonly manifest: Manifest;
  readonly blob: Blob;
  readonly damage?: DyditError;
}

/** Undefined where there is none, or none that makes sense; a damaged one where no other is whole. */
async function readManifest(files: ReadonlyMap<string, File>): Promise<KeptManifest | undefined> {
  let damaged: KeptManifest | undefined;
  for (const name of [manifestName, nextManifestName]) {
    const blob = files.get(name);
    const json = await readStoredJson(blob);
    const manifest = entriesOrNone(json);
    if (!blob || !manifest) continue; // the other one may be whole
    const damage = damageOf(json);
    if (!damage) return { manifest, blob };
    damaged ??= { manifest, blob, damage };
  }
  return damaged;
}

function entriesOrNone(json: unknown): Manifest | undefined {
  try {
    return manifestEntries(json);
  } catch {
    return undefined;
  }
}

/**
 * All files of a kept model, the manifest among them.
 * @throws DyditError `checkpoint-incomplete` where it is not there any more, `checkpoint-broken`
 *   where its manifest is damaged
 */
export async function filesOfStored(
  storage: ModelStorage,
  id: string,
): Promise<readonly NamedFile[]> {
  return (await wholeModel(storage, id)).files;
}

/** What `filesOfStored` gives, and the manifest. @throws as it does */
async function wholeModel(
  storage: ModelStorage,
  id: string,
): Promise<{ readonly manifest: Manifest; readonly files: readonly NamedFile[] }> {
  const files = await storage.files(id);
  const read = await readManifest(files);
  if (read?.damage) throw read.damage;
  const wanted = read ? filesOfManifest(read.manifest) : [];
  const found = wanted.flatMap(({ file: name }) => {
    const blob = files.get(name);
    return blob ? [{ name, blob }] : [];
  });
  if (!read || found.length !== wanted.length) {
    throw new DyditError(
      'checkpoint-incomplete',
      'This model is not in the browser’s store any more.',
      'It was deleted in another tab, or the browser cleared it as the disk is full. Open the model’s own files again.',
    );
  }
  return { manifest: read.manifest, files: [{ name: manifestName, blob: read.blob }, ...found] };
}

/**
 * Gives a kept model another name. Whatever it fails at, the model stays whole: its manifest is only
 * written over once another one lies beside it.
 * @throws DyditError as `filesOfStored`, `storage-full`, `storage-failed`
 */
export async function renameStored(storage: ModelStorage, id: string, name: string): Promise<void> {
  const { manifest } = await wholeModel(storage, id);
  const bytes = new TextEncoder().encode(manifestText({ ...manifest, name }));
  try {
    await writeFile(storage, { folder: id, name: nextManifestName }, bytes);
    await writeFile(storage, { folder: id, name: manifestName }, bytes);
    await storage.removeFile(id, nextManifestName);
  } catch (thrown) {
    throw changeFailure(thrown, 'The browser did not rename it');
  }
}

function bytesOf(files: ReadonlyMap<string, File>): number {
  return [...files.values()].reduce((sum, { size }) => sum + size, 0);
}
