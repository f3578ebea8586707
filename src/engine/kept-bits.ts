/*
 * Token gates, a bit each, lowest bit of a byte first, over [evaluation][layer][item][token]: the
 * layout of `ComputeRecord.keptTokens`, for whoever writes and whoever reads it.
 */

/** Bytes that `count` gates take. */
export function keptBytes(count: number): number {
  return Math.ceil(count / 8);
}

export function setKept(bits: Uint8Array, index: number): void {
  bits[index >> 3] |= 1 << (index & 7);
}

export function isKept(bits: Uint8Array, index: number): boolean {
  return ((bits[index >> 3] >> (index & 7)) & 1) === 1;
}
