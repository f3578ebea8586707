import type { NamedFile } from '../../checkpoint/files/named-file';
import { identityOfHashes } from '../../checkpoint/integrity';
import { DyditError } from '../../errors';
import { filesOfManifest, parseManifest, type Manifest } from '../manifest';
import type { ModelStorage } from './storage';
import { addressOfDownload } from './stored-download';

/** A folder without it holds no model, or half of one. */
export const manifestName = 'manifest.json';

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

/** Whole models, the latest first. */
export async function listStored(storage: ModelStorage): Promise<readonly StoredModel[]> {
  const models: StoredModel[] = [];
  for (const id of await storage.folders()) {
    const model = await describeFolder(storage, id);
    if (model) models.push(model);
  }
  return models.toSorted((a, b) => b.keptAt - a.keptAt);
}

/** The model of a folder; undefined where there is none, or not all of it. */
export async function describeFolder(
  storage: ModelStorage,
  id: string,
): Promise<StoredModel | undefined> {
  const files = await storage.files(id);
  const manifest = await readManifest(files);
  if (!manifest?.origin) return undefined;
  if (!filesOfManifest(manifest).every(({ file }) => files.has(file))) return undefined;
  const { name, dit, origin } = manifest;
  return {
    ...{ id, name, dtype: dit.weights ?? 'f32' },
    bytes: [...files.values()].reduce((sum, { size }) => sum + size, 0),
    identity: identityOfHashes(filesOfManifest(manifest).map(({ sha256 = '' }) => sha256)),
    from: origin.files,
    originIdentity: origin.identity,
    keptAt: origin.converted_at,
  };
}

/** Undefined where there is none, or none that makes sense. */
async function readManifest(files: ReadonlyMap<string, File>): Promise<Manifest | undefined> {
  const file = files.get(manifestName);
  if (!file) return undefined;
  try {
    const json: unknown = JSON.parse(await file.text());
    return parseManifest(json);
  } catch {
    return undefined;
  }
}

/**
 * All files of a kept model, the manifest among them.
 * @throws DyditError `checkpoint-incomplete` where it is not there any more
 */
export async function filesOfStored(
  storage: ModelStorage,
  id: string,
): Promise<readonly NamedFile[]> {
  const files = await storage.files(id);
  const manifest = await readManifest(files);
  const wanted = manifest && [manifestName, ...filesOfManifest(manifest).map(({ file }) => file)];
  const found = wanted?.flatMap((name) => {
    const blob = files.get(name);
    return blob ? [{ name, blob }] : [];
  });
  if (!wanted || found?.length !== wanted.length) {
    throw new DyditError(
      'checkpoint-incomplete',
      'This model is not in the browser’s store any more.',
      'Browsers clear what they keep when the disk is full. Open the model’s own files again.',
    );
  }
  return found;
}

/**
 * The manifest of a kept model with another name in it.
 * @throws DyditError `checkpoint-incomplete` where it is gone
 */
export async function renamedManifest(
  storage: ModelStorage,
  id: string,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  await filesOfStored(storage, id);
  const manifest = await readManifest(await storage.files(id));
  return new TextEncoder().encode(JSON.stringify({ ...manifest, name }, undefined, 1));
}

/** A folder with a part of a model, from a visit that ended before it was whole. */
export interface UnfinishedModel {
  readonly id: string;
  readonly bytes: number;
  /** Where it comes from, where it is a download. */
  readonly url?: string;
}

export async function listUnfinished(storage: ModelStorage): Promise<readonly UnfinishedModel[]> {
  const unfinished: UnfinishedModel[] = [];
  for (const id of await storage.folders()) {
    if (await describeFolder(storage, id)) continue;
    const files = await storage.files(id);
    const url = await addressOfDownload(storage, id);
    const bytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
    unfinished.push({ id, bytes, ...(url === undefined ? {} : { url }) });
  }
  return unfinished;
}
