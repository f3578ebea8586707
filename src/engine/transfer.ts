import { DyditError } from '../errors';
import { type Clock, wallClock } from '../clock';
import { PartialFile } from './partial-file';
import { StallWatch } from './stall-watch';

/** How a transfer reports and stops. */
export interface TransferControl {
  /** Bytes received so far, and in all (0 where the server does not say). */
  readonly onProgress?: (received: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  /** Past every cache. */
  readonly fresh?: boolean;
  /** Bytes that no file of this kind has: more of them are given up. */
  readonly most?: number;
  /** Takes what arrives, and may have a part of it already; memory where absent. */
  readonly into?: PartialFile;
}

/** A connection on which nothing arrives for so long is given up. */
export const stallMs = 20_000;

/** Waits before another try; the count begins anew whenever a try has brought the file further. */
export const retryWaitsMs: readonly number[] = [500, 1500, 4500];

/** More than any checkpoint has: what is longer never ends. */
const mostBytes = 64 * 2 ** 30;

/** Too early, too often, or the server's own trouble: answers that may be others in a moment. */
const passingAnswers = new Set([408, 425, 429, 500, 502, 503, 504]);

/** A try that ended before the file did; another one may go on. */
class Interrupted extends Error {}

/**
 * Fetches a file whole, over as many connections as it takes: one that breaks off or falls silent is
 * followed by another, which asks for the rest where the server can give parts.
 * @throws DyditError `network-failed`, `cancelled`
 */
export async function transfer(url: string, control: TransferControl = {}): Promise<Blob> {
  const { clock = wallClock, signal } = control;
  const file = control.into ?? new PartialFile();
  for (let tries = 0; ; tries++) {
    const before = file.furthest;
    try {
      await receive(url, file, control);
      return file.toBlob();
    } catch (thrown) {
      if (signal?.aborted) throw cancelled();
      if (thrown instanceof DyditError) throw thrown;
      if (file.furthest > before) tries = 0;
      const wait = retryWaitsMs.at(tries);
      if (wait === undefined) throw interrupted(url, thrown);
      await pause(clock, wait, signal);
    }
  }
}

/** @throws DyditError `network-failed` where another try would fail likewise; `Interrupted`, TypeError */
async function receive(url: string, file: PartialFile, control: TransferControl): Promise<void> {
  const { onProgress, signal, clock = wallClock, fresh = false, most = mostBytes } = control;
  const watch = new StallWatch(clock, stallMs, signal);
  try {
    const response = await fetch(url, {
      signal: watch.signal,
      headers: file.rangeHeaders(isOwnOrigin(url)),
      ...(fresh ? { cache: 'reload' } : {}),
    });
    if (response.status === 416 && file.isAllOf(response)) return;
    const body = bodyOf(response, url, file);
    if ((file.total ?? 0) > most) throw tooLong(url, file, most);
    for (;;) {
      watch.alive();
      onProgress?.(file.received, file.total ?? 0);
      const { done, value } = await body.read();
      if (done) break;
      if (file.isOverrunBy(value)) {
        // Nothing tells which of the bytes are too many.
        file.discard();
        throw new Interrupted('more bytes arrived than the server said there are');
      }
      file.add(value);
      if (file.received > most) throw tooLong(url, file, most);
    }
    const { received, total = received } = file;
    if (received !== total) throw new Interrupted(`${received} of ${total} bytes arrived`);
  } catch (thrown) {
    if (watch.hasStalled) throw new Interrupted(`nothing arrived for ${stallMs / 1000} seconds`);
    throw thrown;
  } finally {
    watch.end();
  }
}

/** The bytes of an answer, with `file` ready for them. */
function bodyOf(
  response: Response,
  url: string,
  file: PartialFile,
): ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> {
  const { status, body, headers } = response;
  const continues = status === 206 && file.isContinuedBy(response);
  // An answer that is none of the file leaves what has arrived of it alone.
  if (passingAnswers.has(status)) throw new Interrupted(`the server answered ${status}`);
  if (status === 416 || (status === 206 && !continues)) {
    file.beginAgain(response);
    const reason = status === 416 ? 'the server has less' : 'another part was sent than asked for';
    throw new Interrupted(reason);
  }
  if (!response.ok || !body) {
    const advice = 'Check the address: the file may not be there, or not be for everyone.';
    throw failed(url, `the server answered ${status}.`, { advice });
  }
  if (/^text\/html\b/i.test(headers.get('content-type') ?? '')) throw webPage(url);
  if (!continues) file.beginAgain(response);
  return body.getReader();
}

function isOwnOrigin(url: string): boolean {
  return !('location' in globalThis) || new URL(url, location.href).origin === location.origin;
}

/** @throws DyditError `cancelled` */
async function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const takeBack = clock.after(ms, resolve);
    const end = (): void => {
      takeBack();
      resolve();
    };
    signal?.addEventListener('abort', end, { once: true });
  });
  if (signal?.aborted) throw cancelled();
}

function failed(
  url: string,
  reason: string,
  { advice, cause }: { readonly advice: string; readonly cause?: unknown },
): DyditError {
  return new DyditError('network-failed', `Fetching ${url} failed: ${reason}`, advice, { cause });
}

/** What a server, or a network that asks for a login first, sends in place of a file. */
export function webPage(url: string): DyditError {
  return new DyditError(
    'network-failed',
    `Fetching ${url} failed: a web page came in place of the file.`,
    'The file may not be there, or this network asks for a login: open another site first, then try again.',
  );
}

function tooLong(url: string, file: PartialFile, most: number): DyditError {
  file.discard();
  return new DyditError(
    'network-failed',
    `Fetching ${url} failed: it has more than ${Math.round(most / 2 ** 20)} MB, which is no file that is known here.`,
    'Check that the address is that of a checkpoint or a manifest.',
  );
}

function interrupted(url: string, thrown: unknown): DyditError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  // A host that forbids other pages its files, and a page that forbids other hosts, look alike.
  const isRefused = !(thrown instanceof Interrupted) && !isOwnOrigin(url);
  const advice = isRefused
    ? 'Check the connection. That host must let other pages read its files (CORS), and this page’s Content-Security-Policy must allow it (connect-src).'
    : 'Check the connection and try again.';
  return failed(url, `${reason}.`, { advice, cause: thrown });
}

function cancelled(): DyditError {
  return new DyditError('cancelled', 'The download was cancelled.');
}
