/** Bytes held one by one until they are worth a blob, which browsers may keep outside of memory. */
const blobBytes = 8 * 2 ** 20;

/** Where bytes are put one after the other. */
export interface ByteSink {
  append(chunk: Uint8Array<ArrayBuffer>): void;
  /** Forgets all of them. */
  clear(): void;
  toBlob(): Blob;
}

/** How the parts of a file are known to be of one version of it. */
export interface Version {
  /** A strong entity tag. */
  readonly etag: string | null;
  /** Bytes in all; undefined where the server does not say. */
  readonly total: number | undefined;
  /** Whether the server may be asked for a part. */
  readonly hasRanges: boolean;
}

/** What has arrived of a file, over one connection or several. */
export class PartialFile {
  #received: number;
  #furthest: number;
  #version: Version;

  /**
   * @param sink takes the bytes; memory where absent
   * @param before what an earlier visit left in the sink
   */
  constructor(
    private readonly sink: ByteSink = new MemorySink(),
    before?: { readonly received: number; readonly version: Version },
  ) {
    this.#received = before?.received ?? 0;
    this.#furthest = this.#received;
    this.#version = before?.version ?? { etag: null, total: undefined, hasRanges: false };
  }

  get version(): Version {
    return this.#version;
  }

  get received(): number {
    return this.#received;
  }

  /** The most that was ever here, also before it had to begin again. */
  get furthest(): number {
    return this.#furthest;
  }

  get total(): number | undefined {
    return this.#version.total;
  }

  /**
   * Headers that ask for the rest; none where the whole has to be asked for.
   * @param isOwnOrigin whether a server may be sent more than `Range` without being asked first
   */
  rangeHeaders(isOwnOrigin: boolean): Record<string, string> {
    const { etag, hasRanges } = this.#version;
    if (this.#received === 0 || !hasRanges) return {};
    const range = { Range: `bytes=${this.#received}-` };
    return etag !== null && isOwnOrigin ? { ...range, 'If-Range': etag } : range;
  }

  /** Forgets everything: what comes next is the file's beginning. */
  beginAgain({ headers }: Response): void {
    this.sink.clear();
    this.#received = 0;
    // A compressed transfer's length and positions count other bytes than the ones that arrive.
    const compressed = headers.has('content-encoding');
    const length = headers.get('content-length');
    this.#version = {
      etag: strongTag(headers),
      total: compressed || length === null ? undefined : Number(length),
      hasRanges: !compressed && headers.get('accept-ranges') !== 'none',
    };
  }

  /** Whether a partial answer goes on exactly where this ends, in the same version of the file. */
  isContinuedBy({ headers }: Response): boolean {
    const { etag, total } = this.#version;
    const tag = strongTag(headers);
    if (etag !== null && tag !== null && tag !== etag) return false;
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
    if (range) {
      const [, start, all] = range;
      if (Number(start) !== this.#received) return false;
      return all === '*' || total === undefined || Number(all) === total;
    }
    // Other origins hide the range; that the rest has the length it must have says enough.
    const length = headers.get('content-length');
    return length !== null && total !== undefined && this.#received + Number(length) === total;
  }

  /** Whether a server that has no more to give says that this is all. */
  isAllOf({ headers }: Response): boolean {
    return headers.get('content-range') === `bytes */${this.#received}`;
  }

  add(chunk: Uint8Array<ArrayBuffer>): void {
    this.sink.append(chunk);
    this.#received += chunk.byteLength;
    this.#furthest = Math.max(this.#furthest, this.#received);
  }

  toBlob(): Blob {
    return this.sink.toBlob();
  }
}

/** Bytes in blobs, as long as the page is there. */
class MemorySink implements ByteSink {
  #blobs: Blob[] = [];
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #chunkBytes = 0;

  append(chunk: Uint8Array<ArrayBuffer>): void {
    this.#chunks.push(chunk);
    this.#chunkBytes += chunk.byteLength;
    if (this.#chunkBytes >= blobBytes) this.#gather();
  }

  clear(): void {
    this.#blobs = [];
    this.#chunks = [];
    this.#chunkBytes = 0;
  }

  toBlob(): Blob {
    this.#gather();
    return new Blob(this.#blobs);
  }

  #gather(): void {
    this.#blobs.push(new Blob(this.#chunks));
    this.#chunks = [];
    this.#chunkBytes = 0;
  }
}

/** Weak tags stand for files that mean the same, not for the same bytes. */
function strongTag(headers: Headers): string | null {
  const tag = headers.get('etag');
  return tag?.startsWith('"') ? tag : null;
}
