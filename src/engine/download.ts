import { expectSha256 } from '../checkpoint/integrity';
import { DyditError } from '../errors';
import { eitherSignal } from './either-signal';
import { openLocalFile } from './local-file';
import { transfer, webPage, type TransferControl } from './transfer';

/** A file to fetch. */
export interface RemoteFile {
  readonly url: string;
  /** In hexadecimal; the bytes are not checked where it is absent. */
  readonly sha256?: string | undefined;
}

/** How several downloads report and stop. */
export interface DownloadControl extends Pick<TransferControl, 'signal' | 'clock'> {
  /** 0..1 of all bytes together; not called while a server does not say how many there are. */
  readonly onProgress?: (fraction: number) => void;
}

/** More than the longest beginning by which a web page is known. */
const pageStartBytes = 64;

/**
 * Fetches a file whole and checks it. A file with a wrong byte is fetched once more, past the
 * caches, one of which may have kept it.
 * @throws DyditError `network-failed`; `checkpoint-broken` where the hash is another; `cancelled`
 */
export async function download(file: RemoteFile, control: TransferControl = {}): Promise<Blob> {
  const { url, sha256 } = file;
  const { signal } = control;
  const blob = await fetchWhole(url, control);
  if (sha256 === undefined) return blob;
  try {
    await expectSha256(blob, sha256, nameOf(url), { signal });
    return blob;
  } catch (thrown) {
    if (!(thrown instanceof DyditError) || thrown.code !== 'checkpoint-broken') throw thrown;
  }
  const again = await fetchWhole(url, { ...control, fresh: true });
  await expectSha256(again, sha256, nameOf(url), { signal });
  return again;
}

/**
 * Fetches files side by side. Where one fails the others are given up.
 * @throws as `download`, for the file that failed first
 */
export async function downloadAll(
  files: readonly RemoteFile[],
  { onProgress, signal, clock }: DownloadControl = {},
): Promise<Blob[]> {
  const failure = new AbortController();
  const ended = signal ? eitherSignal([signal, failure.signal]) : failure.signal;
  const counts = files.map(() => ({ received: 0, total: 0 }));
  const fetchOne = async (file: RemoteFile, index: number): Promise<Blob> => {
    try {
      return await download(file, {
        ...(clock ? { clock } : {}),
        signal: ended,
        onProgress(received, total) {
          counts[index] = { received, total };
          if (counts.every((count) => count.total > 0)) onProgress?.(fractionOf(counts));
        },
      });
    } catch (thrown) {
      // The reason is the first failure; those that it brings about come after it.
      failure.abort(thrown);
      throw thrown;
    }
  };
  const results = await Promise.allSettled(files.map(fetchOne));
  if (signal?.aborted) throw new DyditError('cancelled', 'The download was cancelled.');
  if (failure.signal.aborted) throw DyditError.from(failure.signal.reason);
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function fetchWhole(url: string, control: TransferControl): Promise<Blob> {
  if (url.startsWith('file:')) {
    const blob = await openLocalFile(url);
    control.onProgress?.(blob.size, blob.size);
    return blob;
  }
  const blob = await transfer(url, control);
  const start = await blob.slice(0, pageStartBytes).text();
  if (/^\s*<(!doctype\s+html|html)\b/i.test(start)) throw webPage(url);
  return blob;
}

function fractionOf(counts: readonly { readonly received: number; readonly total: number }[]) {
  const sum = (of: (count: (typeof counts)[number]) => number) =>
    counts.reduce((total, count) => total + of(count), 0);
  return sum(({ received }) => received) / sum(({ total }) => total);
}

/** The last part of an address, by which a file is known to people; the address where it has none. */
export function nameOf(url: string): string {
  const last = new URL(url).pathname.split('/').at(-1);
  if (!last) return url;
  try {
    return decodeURIComponent(last);
  } catch {
    return last; // such as "100%.pt", which no encoding has
  }
}
