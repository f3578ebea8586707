import type { OutputTensor } from './converted-tensor';

/** Bytes of the little-endian length before the header. */
const lengthBytes = 8;

/**
 * The beginning of a safetensors file whose tensors follow in this order; its length is a multiple
 * of 8, so that all elements lie aligned.
 */
export function safetensorsHeader(tensors: readonly OutputTensor[]): Uint8Array<ArrayBuffer> {
  let at = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }) => {
    const data_offsets = [at, at + bytes];
    at += bytes;
    return [name, { dtype, shape, data_offsets }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(lengthBytes + length).fill(0x20, lengthBytes);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, lengthBytes);
  return header;
}
