import type { ByteSource } from './byte-source';
import type { Checkpoint, CheckpointTensor } from './checkpoint';
import { broken, guarded, quoted } from './failure';
import { parseSafetensorsHeader, type SafetensorsEntry } from './safetensors-header';

/** Bytes of the little-endian header length at the start of the file. */
const lengthBytes = 8;
/** The format's own limit on the header. */
const maxHeaderBytes = 100_000_000;

/**
 * Reads a safetensors file's header and checks it in full; tensor bytes are read when asked for.
 *
 * @throws DyditError `checkpoint-broken` or `checkpoint-unsupported`
 */
export async function openSafetensors(source: ByteSource): Promise<Checkpoint> {
  const prefix = await source.read(0, lengthBytes);
  const declared = new DataView(prefix.buffer).getBigUint64(0, true);
  if (declared > BigInt(Math.min(maxHeaderBytes, source.size - lengthBytes))) {
    throw broken(
      `The safetensors header at byte 0 claims ${declared.toString()} bytes; the file has ` +
        `${source.size} and a header may have ${maxHeaderBytes}.`,
    );
  }
  const headerLength = Number(declared);
  const dataStart = lengthBytes + headerLength;
  const { entries, metadata } = parseSafetensorsHeader(
    await source.read(lengthBytes, headerLength),
    source.size - dataStart,
  );
  const tensors = new Map(
    entries.map((entry) => [entry.name, safetensorsTensor(source, dataStart, entry)]),
  );
  return { format: 'safetensors', tensors, metadata };
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
