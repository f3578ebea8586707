import { resolveBeside } from '../../checkpoint/files/address';
import type { NamedFile } from '../../checkpoint/files/named-file';
import { maxJsonBytes, readJsonBlob } from '../../checkpoint/json-blob';
import type { LoadProgress, ModelSource } from '../api';
import { download, downloadAll } from '../download';
import { filesOfManifest, parseManifest } from '../manifest';
import { browserStorage } from './browser-storage';
import { plainJson } from './plain-json';
import { resolveFiles, type ResolvedModel } from './resolve';
import { filesOfStored } from './stored-models';

/** How opening reports and stops. */
export interface OpenControl {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

/**
 * Comes by the files of a model and reads what is in them; weights are read when they are asked for.
 * @throws DyditError `network-failed`, `address-refused`, `checkpoint-broken`,
 * `checkpoint-incomplete`, `checkpoint-unsupported`, `cancelled`
 */
export async function openSource(
  source: ModelSource,
  control: OpenControl,
): Promise<ResolvedModel> {
  const { signal, onProgress } = control;
  const files = await filesOfSource(source, control);
  onProgress({ stage: 'read', fraction: 0 });
  return resolveFiles(files, source.kind === 'files' ? source.choice : undefined, {
    signal,
    onProgress: (fraction) => onProgress({ stage: 'read', fraction }),
  });
}

async function filesOfSource(
  source: ModelSource,
  control: OpenControl,
): Promise<readonly NamedFile[]> {
  switch (source.kind) {
    case 'manifest':
      return fetchManifest(source.url, control);
    case 'files':
      return source.files.map((file) => ({ name: file.name, blob: file }));
    case 'stored':
      return filesOfStored(browserStorage(), source.id);
  }
}

/** A manifest and its files, which lie beside it. */
async function fetchManifest(
  url: string,
  { signal, onProgress }: OpenControl,
): Promise<readonly NamedFile[]> {
  const blob = await download({ url }, { signal, most: maxJsonBytes });
  const json = await readJsonBlob(blob, 'The manifest');
  const wanted = filesOfManifest(parseManifest(plainJson(json)));
  const fetched = await downloadAll(
    wanted.map(({ file, sha256 }) => ({ url: resolveBeside(file, url), sha256 })),
    { signal, onProgress: (fraction) => onProgress({ stage: 'download', fraction }) },
  );
  return [
    { name: 'manifest.json', blob },
    ...fetched.map((each, index) => ({ name: wanted[index].file, blob: each })),
  ];
}
