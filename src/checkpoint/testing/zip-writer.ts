import { crc32 } from '../crc32';
import { joined, littleEndian, utf8 } from './bytes';

/** An entry of a hand-made zip archive; fields that are set replace the right ones. */
export interface ZipInput {
  readonly name: string;
  readonly data: ArrayLike<number>;
  readonly method?: number;
  readonly flags?: number;
  readonly crc32?: number;
  readonly localName?: string;
  readonly directorySize?: number;
  readonly uncompressedSize?: number;
  readonly headerOffset?: number;
  readonly localExtra?: readonly number[];
  /** Bytes between the data and the next header. */
  readonly descriptor?: readonly number[];
}

/** A zip archive of stored entries, for tests. */
export function zipArchive(
  entries: readonly ZipInput[],
  entryCount = entries.length,
): Uint8Array<ArrayBuffer> {
  const parts: ArrayLike<number>[] = [];
  let offset = 0;
  const write = (part: ArrayLike<number>) => {
    parts.push(part);
    offset += part.length;
  };
  const directory: number[] = [];
  for (const entry of entries) {
    const common = [
      ...littleEndian(entry.flags ?? 0x800, 2),
      ...littleEndian(entry.method ?? 0, 2),
      ...littleEndian(0, 4),
      ...littleEndian(entry.crc32 ?? crc32(Uint8Array.from(entry.data)), 4),
    ];
    const sizes = littleEndian(entry.data.length, 4);
    const name = utf8(entry.name);
    const localName = utf8(entry.localName ?? entry.name);
    const extra = entry.localExtra ?? [];
    directory.push(
      ...[0x50, 0x4b, 1, 2, 0, 0, 0, 0],
      ...common,
      ...littleEndian(entry.directorySize ?? entry.data.length, 4),
      ...littleEndian(entry.uncompressedSize ?? entry.directorySize ?? entry.data.length, 4),
      ...littleEndian(name.length, 2),
      ...littleEndian(0, 12),
      ...littleEndian(entry.headerOffset ?? offset, 4),
      ...name,
    );
    write([...[0x50, 0x4b, 3, 4, 0, 0], ...common, ...sizes, ...sizes]);
    write([...littleEndian(localName.length, 2), ...littleEndian(extra.length, 2)]);
    write([...localName, ...extra]);
    write(entry.data);
    write(entry.descriptor ?? []);
  }
  const directoryOffset = offset;
  write([...directory, 0x50, 0x4b, 5, 6, 0, 0, 0, 0]);
  write([...littleEndian(entryCount, 2), ...littleEndian(entryCount, 2)]);
  write([...littleEndian(directory.length, 4), ...littleEndian(directoryOffset, 4), 0, 0]);
  return joined(parts);
}
