import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { DyditError } from '../errors';
import { guarded, quoted } from './failure';

/** Read and summed at once, so that a file of any size is never held whole. */
const chunkBytes = 8 * 2 ** 20;

/** Larger files are known by samples: reading gigabytes only to name them takes longer than loading. */
const largestWholeBytes = 64 * 2 ** 20;
const edgeBytes = 2 ** 20;
const samples = 64;
const sampleBytes = 16 * 2 ** 10;

/** Characters of a short identity: 64 bits. */
const identityLength = 16;

export interface HashControl {
  /** Receives the bytes summed so far. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * SHA-256 of bytes that arrive in parts, as they do from a network. Not crypto.subtle, which takes
 * whole files only.
 */
export class RunningHash {
  readonly #hash = sha256.create();

  add(part: Uint8Array): void {
    this.#hash.update(part);
  }

  /** In hexadecimal; nothing can be added afterwards. */
  finish(): string {
    return bytesToHex(this.#hash.digest());
  }
}

/** Hashes of files that were summed already; a blob never changes. */
const known = new WeakMap<Blob, string>();

/**
 * SHA-256 of a file in hexadecimal: by the platform where the file is small enough to be held whole
 * and the page's origin is trusted with it (many times as fast), else a part at a time.
 * @throws DyditError `cancelled`; `checkpoint-broken` where the file can't be read
 */
export async function sha256OfFile(file: Blob, control: HashControl = {}): Promise<string> {
  const hash = known.get(file) ?? (await guarded('The file', () => sumFile(file, control)));
  known.set(file, hash);
  return hash;
}

async function sumFile(file: Blob, control: HashControl): Promise<string> {
  if (control.signal?.aborted) throw new DyditError('cancelled', 'Loading was cancelled.');
  const subtle = subtleOf(globalThis.crypto);
  if (subtle && file.size <= largestWholeBytes) {
    const digest = await subtle.digest('SHA-256', await file.arrayBuffer());
    control.onProgress?.(file.size);
    return bytesToHex(new Uint8Array(digest));
  }
  return sumInParts(file, control);
}

/** SHA-256 of bytes in hexadecimal. */
export async function sha256OfBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = subtleOf(globalThis.crypto);
  return bytesToHex(subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : sha256(bytes));
}

/** SHA-256 of a text in hexadecimal. */
export function sha256OfText(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/** Not there where a page is served over plain http, whatever its type says. */
function subtleOf(crypto: { readonly subtle?: SubtleCrypto }): SubtleCrypto | undefined {
  return crypto.subtle;
}

/** @internal exported for its test: the platform's own sum is what files of this size get */
export async function sumInParts(file: Blob, control: HashControl = {}): Promise<string> {
  const hash = new RunningHash();
  for (let at = 0; at < file.size; at += chunkBytes) {
    if (control.signal?.aborted) throw new DyditError('cancelled', 'Loading was cancelled.');
    const part = await file.slice(at, Math.min(at + chunkBytes, file.size)).arrayBuffer();
    hash.add(new Uint8Array(part));
    control.onProgress?.(Math.min(at + chunkBytes, file.size));
  }
  return hash.finish();
}

/**
 * Compares a hash with the one that a manifest has for the file.
 * @param name of the file, for the message
 * @throws DyditError `checkpoint-broken` where they differ
 */
export function expectHash(actual: string, expected: string, name: string): void {
  if (actual === expected.toLowerCase()) return;
  throw new DyditError(
    'checkpoint-broken',
    `${quoted(name)} is not what its model was published with: at least one of its bytes is wrong.`,
    'Fetch it again. If that does not help, the server has another version of the file than its manifest says.',
  );
}

/** Checks a whole file; throws as `sha256OfFile` and `expectHash`. */
export async function expectSha256(
  file: Blob,
  expected: string,
  name: string,
  control?: HashControl,
): Promise<void> {
  expectHash(await sha256OfFile(file, control), expected, name);
}

/**
 * A short name for weights, made of their bytes: two files of one name are two models, and one file
 * under two names is one. Of files up to 64 MiB every byte counts. Larger ones are known by their
 * size, their first and last MiB (index and directory lie there, the checksums of every tensor of a
 * `.pt` among them) and 64 samples of 16 KiB at equal distances; two training steps of one model
 * differ in all of them.
 *
 * @param files all files of the model's weights, in any order
 * @param also what else makes it another model: the set of weights that was chosen, answers
 * @returns 16 hexadecimal digits
 */
export async function identityOf(
  files: readonly Blob[],
  also: readonly string[] = [],
): Promise<string> {
  return identityOfHashes(await Promise.all(files.map(fingerprint)), also);
}

/** The same of files of up to 64 MiB whose SHA-256 is known. */
export function identityOfHashes(sha256s: readonly string[], also: readonly string[] = []): string {
  const hash = new RunningHash();
  hash.add(utf8ToBytes(JSON.stringify([sha256s.toSorted(), also])));
  return hash.finish().slice(0, identityLength);
}

async function fingerprint(file: Blob): Promise<string> {
  if (file.size <= largestWholeBytes) return sha256OfFile(file);
  const ranges = [
    [0, edgeBytes],
    ...Array.from({ length: samples }, (_, i) => {
      const start = Math.floor(((file.size - sampleBytes) * i) / (samples - 1));
      return [start, start + sampleBytes];
    }),
    [file.size - edgeBytes, file.size],
  ];
  return guarded('The file', async () => {
    const hash = new RunningHash();
    hash.add(utf8ToBytes(`${file.size}`));
    for (const [start, end] of ranges) {
      hash.add(new Uint8Array(await file.slice(start, end).arrayBuffer()));
    }
    return hash.finish();
  });
}
