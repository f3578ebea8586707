import type { ByteSource } from './byte-source';
import type { CheckpointTensor } from './tensor';
import { broken, guarded, quoted, unsupported } from './failure';
import type { FileIndex, IndexedTensor } from './file-index';
import { parseSafetensorsHeader, type SafetensorsEntry } from './safetensors-header';
import { splitWeights } from './weight-sets';

/** Bytes of the little-endian header length at the start of the file. */
const lengthBytes = 8;
/** The format's own limit on the header. */
const formatHeaderBytes = 100_000_000;
/** What is read here: some hundred bytes a tensor, and metadata. */
const maxHeaderBytes = 32 * 2 ** 20;

/**
 * Reads a safetensors file's header and checks it in full; tensor bytes are read when asked for.
 *
 * @throws DyditError `checkpoint-broken` or `checkpoint-unsupported`
 */
export async function openSafetensors(source: ByteSource): Promise<FileIndex> {
  const prefix = await source.read(0, lengthBytes);
  const declared = new DataView(prefix.buffer).getBigUint64(0, true);
  if (declared > BigInt(Math.min(formatHeaderBytes, source.size - lengthBytes))) {
    throw broken(
      `The safetensors header at byte 0 claims ${declared.toString()} bytes; the file has ` +
        `${source.size} and a header may have ${formatHeaderBytes}.`,
    );
  }
  if (declared > BigInt(maxHeaderBytes)) {
    throw unsupported(
      `The safetensors header has ${declared.toString()} bytes; at most ${maxHeaderBytes} are read.`,
      'Save the weights again without the metadata in the header.',
    );
  }
  const headerLength = Number(declared);
  const dataStart = lengthBytes + headerLength;
  const { entries, metadata } = parseSafetensorsHeader(
    await source.read(lengthBytes, headerLength),
    source.size - dataStart,
  );
  const tensors = new Map<string, IndexedTensor>(
    entries.map((entry) => [
      entry.name,
      { open: (name) => safetensorsTensor(source, dataStart, { ...entry, name }) },
    ]),
  );
  return {
    format: 'safetensors',
    sets: splitWeights(tensors, []),
    flat: tensors,
    metadata,
    settings: new Map(metadata),
    skippedTypes: [],
    size: source.size,
  };
}

function safetensorsTensor(
  source: ByteSource,
  dataStart: number,
  { name, dtype, shape, begin, end }: SafetensorsEntry,
): CheckpointTensor {
  return {
    name,
    dtype,
    shape,
    bytes: () =>
      guarded(`Tensor ${quoted(name)}`, () => source.read(dataStart + begin, end - begin)),
  };
}
