/**
 * Masks of 0 and 1 from router logits, and their use by multiplication on the dense result, as the
 * DyDiT authors' code does it (arXiv 2410.03456, sections 3.2 and 3.3).
 */

/** Router logits (H-1) of units 1..H-1 -> mask (H); unit 0 is always active. */
export function widthMask(logits: Float64Array): Uint8Array {
  return Uint8Array.from([1, ...logits.map((logit) => Number(logit > 0))]);
}

/** Router logits (N) -> mask (N). */
export function tokenMask(logits: Float64Array): Uint8Array {
  return Uint8Array.from(logits, (logit) => Number(logit > 0));
}

/** Multiplies the units that make up each row of x (N, H*channels) by mask (H). */
export function maskUnits(x: Float64Array, mask: Uint8Array, channels: number): Float64Array {
  return x.map((value, i) => value * mask[Math.floor(i / channels) % mask.length]);
}

/** Multiplies the rows of x (N, D) by mask (N). */
export function maskTokens(x: Float64Array, mask: Uint8Array): Float64Array {
  const width = x.length / mask.length;
  return x.map((value, i) => value * mask[Math.floor(i / width)]);
}
