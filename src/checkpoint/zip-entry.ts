import type { ByteSource } from './byte-source';
import { broken, quoted } from './failure';

/** A file of a zip archive, as the archive's directory describes it. */
export interface ArchiveEntry {
  readonly name: string;
  readonly rawName: Uint8Array;
  /** Of the local header that precedes the data. */
  readonly headerOffset: number;
  /** Bytes it takes in the archive. */
  readonly size: number;
  /** Where the next entry's header, or the directory, begins. */
  readonly end: number;
  /** 0 where the writer left it out, as PyTorch can be told to. */
  readonly crc32: number;
  /** True where those bytes are its content: neither compressed nor encrypted. */
  readonly stored: boolean;
}

/** Of the fixed part of a local header; name and extra field follow. */
export const localHeaderBytes = 30;
const localHeaderSignature = 0x04034b50;
const storedMethod = 0;
/** Bit of the flags: a descriptor follows the data. */
const descriptorFlag = 8;
const descriptorSignature = 0x08074b50;
/** Signature, CRC-32 and two sizes of 4 or (zip64) 8 bytes. */
const descriptorLengths: readonly number[] = [16, 24];

/**
 * Finds an entry's first data byte by reading its local header, which must agree with the
 * directory: a header that lies about its own length would shift the data unnoticed. So the data
 * must end where the next header begins, but for the data descriptor that the flags announce.
 *
 * @throws DyditError `checkpoint-broken`
 */
export async function locateData(source: ByteSource, entry: ArchiveEntry): Promise<number> {
  const nameEnd = localHeaderBytes + entry.rawName.length;
  const bytes = await source.read(entry.headerOffset, nameEnd);
  const header = new DataView(bytes.buffer);
  if (
    header.getUint32(0, true) !== localHeaderSignature ||
    header.getUint16(8, true) !== storedMethod ||
    header.getUint16(26, true) !== entry.rawName.length ||
    entry.rawName.some((byte, i) => byte !== bytes[localHeaderBytes + i])
  ) {
    throw disagreement(entry);
  }
  const extraLength = header.getUint16(28, true);
  const start = entry.headerOffset + nameEnd + extraLength;
  const end = start + entry.size;
  const hasDescriptor = (header.getUint16(6, true) & descriptorFlag) !== 0;
  if (!(hasDescriptor ? await isDescriptor(source, end, entry.end) : end === entry.end)) {
    throw disagreement(entry);
  }
  return start;
}

async function isDescriptor(source: ByteSource, begin: number, end: number): Promise<boolean> {
  if (!descriptorLengths.includes(end - begin)) return false;
  const descriptor = new DataView((await source.read(begin, end - begin)).buffer);
  return descriptor.getUint32(0, true) === descriptorSignature;
}

function disagreement(entry: ArchiveEntry): Error {
  return broken(
    `The header of ${quoted(entry.name)} at byte ${entry.headerOffset} does not agree with the ` +
      'directory of the zip archive.',
  );
}
