import type { ByteSource } from './byte-source';
import { broken, quoted } from './failure';

/** A stored (uncompressed) file of a zip archive, as the archive's directory describes it. */
export interface StoredEntry {
  readonly name: string;
  readonly rawName: Uint8Array;
  /** Of the local header that precedes the data. */
  readonly headerOffset: number;
  readonly size: number;
  /** 0 where the writer left it out, as PyTorch can be told to. */
  readonly crc32: number;
}

const localHeaderBytes = 30;
const localHeaderSignature = 0x04034b50;
const storedMethod = 0;

/**
 * Finds an entry's first data byte by reading its local header, which must agree with the
 * directory: a header that lies about its own length would shift the data unnoticed.
 *
 * @throws DyditError `checkpoint-broken`
 */
export async function locateData(source: ByteSource, entry: StoredEntry): Promise<number> {
  const header = new DataView((await source.read(entry.headerOffset, localHeaderBytes)).buffer);
  const nameLength = header.getUint16(26, true);
  const extraLength = header.getUint16(28, true);
  if (
    header.getUint32(0, true) !== localHeaderSignature ||
    header.getUint16(8, true) !== storedMethod ||
    nameLength !== entry.rawName.length
  ) {
    throw disagreement(entry);
  }
  const tail = await source.read(entry.headerOffset + localHeaderBytes, nameLength + extraLength);
  const sameName = entry.rawName.every((byte, i) => byte === tail[i]);
  if (!sameName || !fillsExtraField(tail.subarray(nameLength))) throw disagreement(entry);
  return entry.headerOffset + localHeaderBytes + nameLength + extraLength;
}

/** True where records of (id u16, length u16, data) fill the bytes to the last one. */
function fillsExtraField(bytes: Uint8Array): boolean {
  let position = 0;
  while (position + 4 <= bytes.length) {
    position += 4 + bytes[position + 2] + 256 * bytes[position + 3];
  }
  return position === bytes.length;
}

function disagreement(entry: StoredEntry): Error {
  return broken(
    `The header of ${quoted(entry.name)} at byte ${entry.headerOffset} does not agree with the ` +
      'directory of the zip archive.',
  );
}
