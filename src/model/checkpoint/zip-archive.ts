import { Reader, ZipReader, type Entry } from '@zip.js/zip.js/lib/zip-core-custom.js';
import type { ByteSource } from './byte-source';
import { crc32 } from './crc32';
import { broken, guarded, quoted, unsupported } from './failure';
import { locateData, type StoredEntry } from './zip-entry';

/** PyTorch writes a few entries a tensor; the largest models have some ten thousand tensors. */
const maxEntries = 200_000;
/** No read of the archive's directory needs more: about 300 bytes an entry. */
const maxDirectoryRead = 64 * 2 ** 20;

/** A zip archive of stored entries, read by ranges. Compressed entries are refused. */
export class ZipArchive {
  private constructor(
    private readonly source: ByteSource,
    private readonly entries: ReadonlyMap<string, StoredEntry>,
  ) {}

  /**
   * Reads and checks the directory; no entry's data is read.
   *
   * @throws DyditError `checkpoint-broken` or `checkpoint-unsupported`
   */
  static async open(source: ByteSource): Promise<ZipArchive> {
    const listed = await guarded('The directory of the zip archive', () => listEntries(source));
    checkOverlap(listed, source.size);
    return new ZipArchive(source, indexByName(listed));
  }

  get names(): Iterable<string> {
    return this.entries.keys();
  }

  /** Bytes of an entry, or undefined where there is none of that name. */
  sizeOf(name: string): number | undefined {
    return this.entries.get(name)?.size;
  }

  /**
   * Reads a whole entry and checks its CRC-32, where it has one.
   *
   * @param maxBytes more than that is refused before anything is read
   */
  async read(name: string, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#entry(name);
    if (entry.size > maxBytes) {
      throw unsupported(`${quoted(name)} has ${entry.size} bytes; at most ${maxBytes} are read.`);
    }
    const bytes = await this.readRange(name, 0, entry.size);
    if (entry.crc32 !== 0 && crc32(bytes) !== entry.crc32) {
      throw broken(`${quoted(name)} does not match its checksum.`);
    }
    return bytes;
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
    return this.source.read(dataStart + offset, length);
  }

  #entry(name: string): StoredEntry {
    const entry = this.entries.get(name);
    if (!entry) throw broken(`The zip archive has no entry ${quoted(name)}.`);
    return entry;
  }
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

async function listEntries(source: ByteSource): Promise<StoredEntry[]> {
  // Not `strict`: that takes the zip64 records PyTorch always writes for bytes that belong nowhere.
  const reader = new ZipReader(new SourceReader(source), { maxAppendedDataSize: 0 });
  const listed: StoredEntry[] = [];
  for await (const entry of reader.getEntriesGenerator()) {
    if (listed.length === maxEntries) {
      throw unsupported(`The zip archive has more than ${maxEntries} entries.`);
    }
    listed.push(storedEntry(entry));
  }
  return listed;
}

function storedEntry(entry: Entry): StoredEntry {
  if (entry.encrypted) throw unsupported(`${quoted(entry.filename)} is encrypted.`);
  if (entry.compressionMethod !== 0) {
    throw unsupported(
      `${quoted(entry.filename)} is compressed, which torch.save never does.`,
      'Load the file in PyTorch and save it again with torch.save, or save it as .safetensors.',
    );
  }
  if (entry.compressedSize !== entry.uncompressedSize) {
    throw broken(`${quoted(entry.filename)} is stored, but its two sizes differ.`);
  }
  return {
    name: entry.filename,
    rawName: entry.rawFilename,
    headerOffset: entry.offset,
    size: entry.uncompressedSize,
    crc32: entry.crc32 ?? 0,
  };
}

/** Stored entries lie one after another; a directory that says otherwise is damaged or hostile. */
function checkOverlap(entries: readonly StoredEntry[], fileSize: number): void {
  const ordered = entries.toSorted((a, b) => a.headerOffset - b.headerOffset);
  ordered.forEach((entry, i) => {
    const limit = ordered[i + 1]?.headerOffset ?? fileSize;
    const leastEnd = entry.headerOffset + 30 + entry.rawName.length + entry.size;
    if (leastEnd > limit) {
      throw broken(`${quoted(entry.name)} at byte ${entry.headerOffset} runs past byte ${limit}.`);
    }
  });
}

function indexByName(entries: readonly StoredEntry[]): ReadonlyMap<string, StoredEntry> {
  const index = new Map<string, StoredEntry>();
  for (const entry of entries) {
    if (index.has(entry.name)) {
      throw broken(`The zip archive has two entries named ${quoted(entry.name)}.`);
    }
    index.set(entry.name, entry);
  }
  return index;
}
