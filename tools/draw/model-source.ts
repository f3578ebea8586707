import { openAsBlob } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ModelSource } from '../../src/engine/api';
import { parseManifest } from '../../src/engine/manifest';
import { UsageError } from '../command';

const embedded = fileURLToPath(new URL('../../public/models/emoji/', import.meta.url));

/** Where a model's weights come from. */
export interface FoundModel {
  readonly source: ModelSource;
  /** As the settings in a picture name it; absent for the model that comes with the page. */
  readonly name?: string;
}

/**
 * Finds a model: a folder with a manifest, a manifest, or a checkpoint; the embedded one where
 * nothing is named.
 * @throws UsageError where there is no such file
 */
export async function findModel(path = embedded, vaePath?: string): Promise<FoundModel> {
  const manifest = await manifestPath(path);
  if (manifest !== undefined) {
    const isEmbedded = manifest === join(embedded, 'manifest.json');
    if (vaePath !== undefined) {
      throw new UsageError('--vae belongs to a checkpoint; a manifest names its own.');
    }
    return {
      source: { kind: 'manifest', url: pathToFileURL(manifest).href },
      ...(isEmbedded ? {} : { name: await checkpointName(manifest) }),
    };
  }
  const checkpoint = await openFile(path);
  return {
    source: {
      kind: 'files',
      name: checkpoint.name,
      files: [checkpoint, ...(vaePath === undefined ? [] : [await openFile(vaePath)])],
    },
    name: checkpoint.name,
  };
}

/** The checkpoint's file, by which the page knows it once it is dropped there. */
async function checkpointName(manifest: string): Promise<string> {
  const json: unknown = JSON.parse(await readFile(manifest, 'utf8'));
  return basename(parseManifest(json).dit.file);
}

/** The manifest that a path means; undefined for a checkpoint. */
async function manifestPath(path: string): Promise<string | undefined> {
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (!found) throw new UsageError(`${path} can't be found.`);
  if (found.isDirectory()) {
    const manifest = join(full, 'manifest.json');
    if (await stat(manifest).catch(() => undefined)) return manifest;
    throw new UsageError(`${path} has no manifest.json.`);
  }
  return full.endsWith('.json') ? full : undefined;
}

async function openFile(path: string): Promise<File> {
  try {
    return new File([await openAsBlob(path)], basename(path));
  } catch {
    throw new UsageError(`${path} can't be read.`);
  }
}
