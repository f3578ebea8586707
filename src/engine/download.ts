import { DyditError } from '../errors';
import { openLocalFile } from './local-file';

function failed(url: string, reason: string, cause?: unknown): DyditError {
  return new DyditError(
    'network-failed',
    `Downloading ${url} failed: ${reason}`,
    'Check the connection and try again.',
    { cause },
  );
}

/**
 * Fetches a file whole.
 * @param onProgress bytes received so far, and in all (0 where the server does not say)
 * @throws DyditError `network-failed`, also where the connection ends halfway; `cancelled`
 */
export async function download(
  url: string,
  onProgress: (received: number, total: number) => void,
  signal?: AbortSignal,
): Promise<Blob> {
  if (url.startsWith('file:')) {
    const blob = await openLocalFile(url);
    onProgress(blob.size, blob.size);
    return blob;
  }
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || !response.body) {
      throw failed(url, `the server answered ${response.status}.`);
    }
    // A compressed transfer's length counts other bytes than the ones that arrive here.
    const compressed = response.headers.has('content-encoding');
    const total = compressed ? 0 : Number(response.headers.get('content-length') ?? 0);
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let received = 0;
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      received += value.byteLength;
      onProgress(received, total);
    }
    if (total > 0 && received !== total) {
      throw failed(url, `${received} of ${total} bytes arrived.`);
    }
    return new Blob(parts);
  } catch (error) {
    if (error instanceof DyditError) throw error;
    if (signal?.aborted) throw new DyditError('cancelled', 'The download was cancelled.');
    throw failed(url, error instanceof Error ? error.message : String(error), error);
  }
}

/** @throws DyditError `network-failed` where it can't be fetched or is not JSON; `cancelled` */
export async function downloadJson(url: string, signal?: AbortSignal): Promise<unknown> {
  const text = await (await download(url, () => undefined, signal)).text();
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch (error) {
    throw failed(url, 'it is not JSON.', error);
  }
}
