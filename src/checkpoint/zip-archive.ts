import { Reader, ZipReader, type Entry } from '@zip.js/zip.js/lib/zip-core-custom.js';
import type { ByteSource } from './byte-source';
import { crc32 } from './crc32';
import { broken, guarded, quoted, unsupported } from './failure';
import { localHeaderBytes, locateData, type ArchiveEntry } from './zip-entry';

/** PyTorch writes a few entries a tensor; the largest models have some ten thousand tensors. */
const maxEntries = 200_000;
/** No read of the archive's directory needs more: about 300 bytes an entry. */
const maxDirectoryRead = 64 * 2 ** 20;

/** Bytes that are summed at once where an entry is larger than what was asked for. */
const sumBytes = 16 * 2 ** 20;

export interface ZipOptions {
  /** False to believe data whose checksum is wrong, for tests that want to get past it. */
  readonly checksums: boolean;
}

/**
 * A zip archive read by ranges. Entries that are compressed or encrypted can't be read. What is
 * read is checked against the CRC-32 of its entry, where the archive has one: before the first
 * range of an entry is handed out, the whole entry is summed.
 */
export class ZipArchive {
  /** Entries whose checksum was found right. */
  readonly #sound = new Set<string>();

  private constructor(
    private readonly source: ByteSource,
    private readonly entries: ReadonlyMap<string, ArchiveEntry>,
    private readonly options: ZipOptions,
  ) {}

  /**
   * Reads and checks the directory; no entry's data is read.
   *
   * @throws DyditError `checkpoint-broken` or `checkpoint-unsupported`
   */
  static async open(
    source: ByteSource,
    options: ZipOptions = { checksums: true },
  ): Promise<ZipArchive> {
    const entries = await guarded('The directory of the zip archive', () => listEntries(source));
    return new ZipArchive(source, indexByName(entries), options);
  }

  get names(): Iterable<string> {
    return this.entries.keys();
  }

  /** Bytes of an entry, or undefined where there is none of that name. */
  sizeOf(name: string): number | undefined {
    return this.entries.has(name) ? this.#entry(name).size : undefined;
  }

  /**
   * Reads a whole entry.
   *
   * @param maxBytes more than that is refused before anything is read
   */
  async read(name: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#entry(name);
    if (entry.size > maxBytes) {
      throw unsupported(`${quoted(name)} has ${entry.size} bytes; at most ${maxBytes} are read.`);
    }
    return this.readRange(name, 0, entry.size);
  }

  /** Reads `length` bytes from byte `offset` of an entry. */
  async readRange(name: string, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#entry(name);
    if (offset + length > entry.size) {
      throw broken(
        `Bytes ${offset} to ${offset + length} of ${quoted(name)} were needed; it has ${entry.size}.`,
      );
    }
    const dataStart = await locateData(this.source, entry);
    const mustCheck = this.options.checksums && entry.crc32 !== 0 && !this.#sound.has(name);
    if (mustCheck && length < entry.size) {
      this.#check(entry, await sumOf(this.source, dataStart, entry.size));
    }
    const bytes = await this.source.read(dataStart + offset, length);
    if (mustCheck && length === entry.size) this.#check(entry, crc32(bytes));
    return bytes;
  }

  #check(entry: ArchiveEntry, sum: number): void {
    if (sum !== entry.crc32) {
      throw broken(
        `${quoted(entry.name)} does not match its checksum: at least one of its bytes is wrong.`,
        'Fetch the file again: what is here was damaged on its way or on the disk.',
      );
    }
    this.#sound.add(entry.name);
  }

  #entry(name: string): ArchiveEntry {
    const entry = this.entries.get(name);
    if (!entry) throw broken(`The zip archive has no entry ${quoted(name)}.`);
    if (!entry.stored) {
      throw unsupported(
        `${quoted(name)} is compressed or encrypted, which torch.save never does.`,
        'Load the file in PyTorch and save it again with torch.save, or save it as .safetensors.',
      );
    }
    return entry;
  }
}

/** CRC-32 of a range, a part at a time. */
async function sumOf(source: ByteSource, start: number, length: number): Promise<number> {
  let sum = 0;
  for (let at = 0; at < length; at += sumBytes) {
    sum = crc32(await source.read(start + at, Math.min(sumBytes, length - at)), sum);
  }
  return sum;
}

/** Gives zip.js the bytes it asks for, up to the end of the file. */
class SourceReader extends Reader<ByteSource> {
  constructor(private readonly source: ByteSource) {
    super(source);
    this.size = source.size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const available = Math.max(0, Math.min(length, this.source.size - index));
    if (index < 0 || available > maxDirectoryRead) {
      throw broken(`The directory of the zip archive claims ${length} bytes at byte ${index}.`);
    }
    return this.source.read(index, available);
  }
}

async function listEntries(source: ByteSource): Promise<ArchiveEntry[]> {
  // Not `strict`: that takes the zip64 records PyTorch always writes for bytes that belong nowhere.
  const reader = new ZipReader(new SourceReader(source), { maxAppendedDataSize: 0 });
  const listed: Entry[] = [];
  for await (const entry of reader.getEntriesGenerator()) {
    if (listed.length === maxEntries) {
      throw unsupported(`The zip archive has more than ${maxEntries} entries.`);
    }
    listed.push(entry);
  }
  const ordered = listed.toSorted((a, b) => a.offset - b.offset);
  const directoryOffset = reader.directoryOffset ?? source.size;
  return ordered.map((entry, i) => archiveEntry(entry, ordered[i + 1]?.offset ?? directoryOffset));
}

/** @param end where the next entry or the directory begins */
function archiveEntry(entry: Entry, end: number): ArchiveEntry {
  const { filename: name, rawFilename: rawName, offset, compressedSize: size } = entry;
  // Entries lie one after another; a directory that says otherwise is damaged or hostile.
  if (offset + localHeaderBytes + rawName.length + size > end) {
    throw broken(`${quoted(name)} at byte ${offset} runs past byte ${end}.`);
  }
  const stored =
    !entry.encrypted && entry.compressionMethod === 0 && size === entry.uncompressedSize;
  return { name, rawName, headerOffset: offset, size, end, crc32: entry.crc32 ?? 0, stored };
}

function indexByName(entries: readonly ArchiveEntry[]): ReadonlyMap<string, ArchiveEntry> {
  const index = new Map<string, ArchiveEntry>();
  for (const entry of entries) {
    if (index.has(entry.name)) {
      throw broken(`The zip archive has two entries named ${quoted(entry.name)}.`);
    }
    index.set(entry.name, entry);
  }
  return index;
}
