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
  /** An entity tag, weak ones too. */
  readonly etag: string | null;
  /** `Last-Modified`, which other origins show where they hide their tags. */
  readonly modified?: string | null;
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
    this.#version = before?.version ?? unknownVersion;
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
    // Weak tags stand for files that mean the same: servers must not give parts by them.
    return etag?.startsWith('"') && isOwnOrigin ? { ...range, 'If-Range': etag } : range;
  }

  /** Forgets what has arrived, and of which version it was. */
  discard(): void {
    this.sink.clear();
    this.#received = 0;
    this.#version = unknownVersion;
  }

  /** Forgets everything: what comes next is the file's beginning. */
  beginAgain({ headers }: Response): void {
    this.discard();
    // A compressed transfer's length and positions count other bytes than the ones that arrive.
    const compressed = headers.has('content-encoding');
    const length = headers.get('content-length');
    this.#version = {
      etag: headers.get('etag'),
      modified: headers.get('last-modified'),
      total: compressed || length === null ? undefined : Number(length),
      hasRanges: !compressed && headers.get('accept-ranges') !== 'none',
    };
  }

  /** Whether a partial answer goes on exactly where this ends, in the same version of the file. */
  isContinuedBy({ headers }: Response): boolean {
    const { total } = this.#version;
    if (!this.#isSameVersion(headers)) return false;
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

  /** Whether more than all would be here with these bytes. */
  isOverrunBy(chunk: Uint8Array): boolean {
    const { total } = this.#version;
    return total !== undefined && this.#received + chunk.byteLength > total;
  }

  add(chunk: Uint8Array<ArrayBuffer>): void {
    this.sink.append(chunk);
    this.#received += chunk.byteLength;
    this.#furthest = Math.max(this.#furthest, this.#received);
  }

  toBlob(): Blob {
    return this.sink.toBlob();
  }

  /** By what both answers say; what one of them leaves out says nothing. */
  #isSameVersion(headers: Headers): boolean {
    const { etag, modified = null } = this.#version;
    const pairs = [
      [withoutWeakness(etag), withoutWeakness(headers.get('etag'))],
      [modified, headers.get('last-modified')],
    ];
    return pairs.every(([before, now]) => before === null || now === null || before === now);
  }
}

/** Of a file of which nothing is known yet. */
const unknownVersion: Version = {
  etag: null,
  modified: null,
  total: undefined,
  hasRanges: false,
};

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

/** Servers weaken a tag where they compress, and leave it strong where they send a part. */
function withoutWeakness(tag: string | null): string | null {
  return tag?.replace(/^W\//, '') ?? null;
}
