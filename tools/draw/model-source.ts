import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { identify } from '../../src/checkpoint/files/identify';
import type { ModelSource } from '../../src/engine/api';
import { parseManifest } from '../../src/engine/manifest';
import { assumed } from '../../src/engine/models/assumed';
import { inspect } from '../../src/engine/models/inspect';
import { UsageError } from '../command';
import { openPaths } from '../models/options';
import type { DrawOptions } from './options';

const embedded = fileURLToPath(new URL('../../public/models/emoji/', import.meta.url));

/** Where a model's weights come from. */
export interface FoundModel {
  readonly source: ModelSource;
  /** As the settings in a picture name it; absent for the model that comes with the page. */
  readonly name?: string;
  /** What its files say and is not used, a sentence each. */
  readonly remarks?: readonly string[];
}

/**
 * Finds a model: a folder with a manifest, a manifest, or files that are told by their content; the
 * embedded one where nothing is named.
 * @throws UsageError where there is no such file
 */
export async function findModel({
  models,
  vae,
  choice,
}: Pick<DrawOptions, 'models' | 'vae' | 'choice'>): Promise<FoundModel> {
  const paths = [...models, ...(vae === undefined ? [] : [vae])];
  if (paths.length === 0) paths.push(embedded);
  const manifest = paths.length === 1 ? await manifestPath(paths[0]) : undefined;
  if (manifest !== undefined) {
    const isEmbedded = manifest === join(embedded, 'manifest.json');
    return {
      source: { kind: 'manifest', url: pathToFileURL(manifest).href },
      ...(isEmbedded ? {} : { name: await checkpointName(manifest) }),
    };
  }
  const files = (await openPaths(paths)).map(({ name, blob }) => new File([blob], name));
  // Of files that come to no model the engine says why; it finds their indexes read already.
  const named = files.map((file) => ({ name: file.name, blob: file }));
  const { model, passedOver } = await inspect(named, choice);
  const name = model?.name ?? basename(paths[0]);
  const remarks = [
    ...(model ? [...assumed(model), ...model.leftOut] : []),
    ...passedOver.map(({ sentence }) => sentence),
  ];
  return { source: { kind: 'files', name, files, choice }, name, remarks };
}

/** The checkpoint's file, by which the page knows it once it is dropped there. */
async function checkpointName(manifest: string): Promise<string> {
  const json: unknown = JSON.parse(await readFile(manifest, 'utf8'));
  return basename(parseManifest(json).dit.file);
}

/** The manifest that a path means; undefined where it is none, or a folder without one. */
async function manifestPath(path: string): Promise<string | undefined> {
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (!found) throw new UsageError(`${path} can't be found.`);
  const file = found.isDirectory() ? join(full, 'manifest.json') : full;
  if (!(await stat(file).catch(() => undefined))) return undefined;
  const [named] = await openPaths([file]);
  return (await identify(named)).kind === 'manifest' ? file : undefined;
}
