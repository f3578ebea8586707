/** Little-endian bytes of an unsigned integer. */
export function littleEndian(value: number | bigint, length: number): number[] {
  return Array.from({ length }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));
}

export function utf8(text: string): number[] {
  return Array.from(new TextEncoder().encode(text));
}

/** Little-endian f32 bytes. */
export function floats(...values: number[]): number[] {
  return Array.from(new Uint8Array(new Float32Array(values).buffer));
}

/** One after another. */
export function joined(parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** The same bytes `count` times. */
export function repeated(count: number, part: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * part.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = part[i % part.length];
  return bytes;
}
