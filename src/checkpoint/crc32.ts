/** Bytes taken at once; a table for each. */
const slice = 8;

/** Table k: the remainder of a byte that k more bytes follow. */
const tables = makeTables();

function makeTables(): readonly Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, index) => {
    let remainder = index;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    }
    return remainder;
  });
  const made = [first];
  for (let k = 1; k < slice; k++) {
    made.push(made[k - 1].map((remainder) => first[remainder & 0xff] ^ (remainder >>> 8)));
  }
  return made;
}

/**
 * CRC-32 as zip files use it (polynomial 0x04c11db7, reflected), as an unsigned number. Takes eight
 * bytes at once (Kounavis and Berry, 2005), as whole models are summed.
 *
 * @param before the checksum of what came before, to go on from
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables;
  let remainder = ~before;
  let i = 0;
  for (const end = bytes.length - (slice - 1); i < end; i += slice) {
    const low =
      remainder ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    remainder =
      t7[low & 0xff] ^
      t6[(low >>> 8) & 0xff] ^
      t5[(low >>> 16) & 0xff] ^
      t4[low >>> 24] ^
      t3[bytes[i + 4]] ^
      t2[bytes[i + 5]] ^
      t1[bytes[i + 6]] ^
      t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) remainder = t0[(remainder ^ bytes[i]) & 0xff] ^ (remainder >>> 8);
  return ~remainder >>> 0;
}
