import { parseUrl, resolveBeside } from '../../checkpoint/files/address';
import { identify, type FileIdentity } from '../../checkpoint/files/identify';
import { DyditError } from '../../errors';
import { download, nameOf, type RemoteFile } from '../download';
import { filesOfManifest, parseManifest } from '../manifest';
import type { KeepControl } from './library';
import { plainJson } from './plain-json';
import type { ModelStorage } from './storage';
import { fetchIntoStore, removeDownload, type FetchControl } from './stored-download';

/**
 * Fetches what an address has: a checkpoint, or a manifest and the files that it names, which must
 * lie beside it.
 * @throws DyditError as `ModelLibrary.fetch`
 */
export async function fetchModel(
  storage: ModelStorage,
  url: string,
  { signal, onProgress }: KeepControl = {},
): Promise<readonly File[]> {
  const fetchOne = (file: RemoteFile, report?: FetchControl['onProgress']) =>
    fetchReadable(storage, file, {
      ...(signal && { signal }),
      ...(report && { onProgress: report }),
    });
  const address = addressOf(url);
  const { file: first, identity } = await fetchOne({ url: address }, (received, total) => {
    if (total > 0) onProgress?.(received / total);
  });
  if (identity?.kind !== 'manifest') return [first];
  const files: File[] = [first];
  try {
    const wanted = filesOfManifest(parseManifest(plainJson(identity.manifest)));
    // One after the other: what is whole stays, whatever happens to the rest.
    for (const [index, { file, sha256 }] of wanted.entries()) {
      const from = { url: resolveBeside(file, address), sha256 };
      const fetched = await fetchOne(from, (received, total) => {
        if (total > 0) onProgress?.((index + received / total) / wanted.length);
      });
      files.push(new File([fetched.file], file));
    }
  } catch (thrown) {
    // It may be what is wrong: the next try asks for it anew.
    await removeDownload(storage, address).catch(() => undefined);
    throw thrown;
  }
  return files;
}

interface Fetched {
  readonly file: File;
  /** By its own index, where no hash says what it should be. */
  readonly identity?: FileIdentity;
}

/**
 * A file that is what it should be: by its hash, or, where none is known, by its own index. What is
 * cut short is fetched once more; what can't be read does not stay, so that the next try gets another.
 */
async function fetchReadable(
  storage: ModelStorage,
  remote: RemoteFile,
  control: FetchControl,
): Promise<Fetched> {
  const first = await fetchIdentified(storage, remote, control);
  if (refusalOf(first)?.code !== 'checkpoint-broken') return orThrow(first);
  return orThrow(await fetchIdentified(storage, remote, { ...control, fresh: true }));
}

async function fetchIdentified(
  storage: ModelStorage,
  remote: RemoteFile,
  control: FetchControl,
): Promise<Fetched> {
  const file = await fetchFile(storage, remote, control);
  if (remote.sha256 !== undefined) return { file };
  const identity = await identify({ name: file.name, blob: file });
  if (identity.kind === 'refused') {
    await removeDownload(storage, remote.url).catch(() => undefined); // a browser without a store has none
  }
  return { file, identity };
}

function refusalOf({ identity }: Fetched): DyditError | undefined {
  return identity?.kind === 'refused' ? identity.error : undefined;
}

function orThrow(fetched: Fetched): Fetched {
  const error = refusalOf(fetched);
  if (error) throw error;
  return fetched;
}

/** Into the store, or into memory where there is none. */
async function fetchFile(
  storage: ModelStorage,
  file: RemoteFile,
  control: FetchControl,
): Promise<File> {
  try {
    return await fetchIntoStore(storage, file, control);
  } catch (thrown) {
    if (DyditError.from(thrown).code !== 'storage-unavailable') throw thrown;
  }
  return new File([await download(file, control)], nameOf(file.url));
}

/**
 * A hub shows a file on a page of its own; the file itself lies at its "resolve" address.
 * @throws DyditError `address-refused` where it is no http(s) address
 */
export function addressOf(text: string): string {
  const url = parseUrl(text.trim());
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new DyditError(
      'address-refused',
      `${JSON.stringify(text.slice(0, 120))} is no address of the web.`,
      'It begins with https:// and names a checkpoint or a manifest.',
    );
  }
  url.pathname = url.pathname.replace(/^(\/[^/]+\/[^/]+)\/blob\//, '$1/resolve/');
  url.hash = '';
  return url.href;
}
