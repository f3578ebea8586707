import * as v from 'valibot';
import { expectHash, sha256OfFile, sha256OfText } from '../../checkpoint/integrity';
import { DyditError } from '../../errors';
import { nameOf, type RemoteFile } from '../download';
import { PartialFile, type Version } from '../partial-file';
import { transfer, type TransferControl } from '../transfer';
import { writeFile } from './write-file';
import type { ModelStorage } from './storage';
import { storageFailure } from './storage-failure';
import { readStoredJson } from './stored-json';

/** What folders of files on their way, or fetched and not kept yet, begin with. */
export const downloadPrefix = 'download-';

const partName = 'part';
const recordName = 'download.json';

const schema = v.object({
  url: v.string(),
  etag: v.nullable(v.string()),
  modified: v.optional(v.nullable(v.string()), null),
  total: v.optional(v.number()),
  hasRanges: v.boolean(),
});

export type FetchControl = Pick<TransferControl, 'signal' | 'onProgress' | 'clock' | 'fresh'>;

/**
 * Fetches a file into a store, so that a download that breaks off goes on where it stopped, in a
 * later visit too. With a hash it is checked; what fails is fetched once more and never used.
 *
 * @throws DyditError `network-failed`, `checkpoint-broken`, `storage-full`, `cancelled`
 */
export async function fetchIntoStore(
  storage: ModelStorage,
  file: RemoteFile,
  control: FetchControl = {},
): Promise<File> {
  const folder = folderOfDownload(file.url);
  const fetched = await storage.alone(folder, async () => {
    const first = await fetchOnce(storage, { ...file, folder }, control);
    if (await isRight(first, file)) return first;
    await storage.remove(folder);
    const second = await fetchOnce(storage, { ...file, folder }, { ...control, fresh: true });
    if (await isRight(second, file)) return second;
    await storage.remove(folder);
    expectHash(await sha256OfFile(second), file.sha256 ?? '', nameOf(file.url));
    return second;
  });
  if (fetched) return fetched;
  throw new DyditError(
    'invalid-request',
    'Another page of this browser is fetching the same file.',
    'Wait until it is done there.',
  );
}

/** Forgets what has arrived of a file. */
export function removeDownload(storage: ModelStorage, url: string): Promise<void> {
  return storage.remove(folderOfDownload(url));
}

function folderOfDownload(url: string): string {
  return downloadPrefix + sha256OfText(url).slice(0, 16);
}

async function isRight(file: File, { sha256 }: RemoteFile): Promise<boolean> {
  return sha256 === undefined || (await sha256OfFile(file)) === sha256.toLowerCase();
}

async function fetchOnce(
  storage: ModelStorage,
  { url, folder }: RemoteFile & { readonly folder: string },
  control: FetchControl,
): Promise<File> {
  const before = await readRecord(storage, folder, url);
  const writer = await storage.append(folder, partName);
  if (!before) writer.clear();
  let wanted = 0;
  const name = nameOf(url);
  const sink = {
    append: (chunk: Uint8Array<ArrayBuffer>) => {
      try {
        writer.append(chunk);
      } catch (thrown) {
        throw storageFailure(thrown, wanted);
      }
    },
    clear: () => writer.clear(),
    toBlob: () => new Blob(),
  };
  const isWhole = before?.version.total !== undefined && before.received === before.version.total;
  const part = new PartialFile(sink, before);
  let written: Version | undefined;
  // One after the other: a file has one writer at a time.
  let records: Promise<unknown> = Promise.resolve();
  const record = (version: Version) => {
    records = records
      .then(() => writeRecord(storage, { folder, url }, version))
      .catch(() => undefined);
  };
  try {
    if (!isWhole) {
      await transfer(url, {
        ...control,
        into: part,
        onProgress: (received, total) => {
          wanted = total;
          // Known from the first answer on: what comes later is of the same version.
          if (written !== part.version) {
            written = part.version;
            record(part.version);
          }
          control.onProgress?.(received, total);
        },
      });
      record({ ...part.version, total: part.received });
    }
  } finally {
    await records;
    writer.close();
  }
  const whole = (await storage.files(folder)).get(partName);
  if (!whole) throw new DyditError('internal', 'A file was fetched and is not there.');
  return new File([whole], name);
}

async function readRecord(
  storage: ModelStorage,
  folder: string,
  url: string,
): Promise<{ received: number; version: Version } | undefined> {
  const files = await storage.files(folder);
  const read = await parseRecord(files);
  const received = files.get(partName)?.size ?? 0;
  if (read?.url !== url || received === 0) return undefined;
  const { etag, modified, total, hasRanges } = read;
  return { received, version: { etag, modified, total, hasRanges } };
}

async function parseRecord(
  files: ReadonlyMap<string, File>,
): Promise<v.InferOutput<typeof schema> | undefined> {
  const read = v.safeParse(schema, await readStoredJson(files.get(recordName)));
  return read.success ? read.output : undefined;
}

function writeRecord(
  storage: ModelStorage,
  { folder, url }: { readonly folder: string; readonly url: string },
  version: Version,
): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify({ url, ...version }));
  return writeFile(storage, { folder, name: recordName }, bytes);
}

/**
 * What is fetched, or on its way, in a folder; undefined where it is none of these.
 * @param files of that folder
 */
export async function addressOfDownload(
  folder: string,
  files: ReadonlyMap<string, File>,
): Promise<string | undefined> {
  if (!folder.startsWith(downloadPrefix)) return undefined;
  return (await parseRecord(files))?.url;
}

/** Takes away what was fetched of files that are kept now in another form. */
export async function removeDownloads(
  storage: ModelStorage,
  files: readonly File[],
): Promise<void> {
  for (const folder of await storage.folders()) {
    const present = await storage.files(folder);
    const url = await addressOfDownload(folder, present);
    const part = present.get(partName);
    if (url === undefined || !part) continue;
    // Manifests name files in folders, too.
    const isOf = ({ name, size }: File) =>
      name.split('/').at(-1) === nameOf(url) && size === part.size;
    if (files.some(isOf)) {
      await storage.remove(folder);
    }
  }
}
