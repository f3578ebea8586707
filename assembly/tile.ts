import { multiplyAdd } from './vector';

/** Rows of a tile. */
export const TILE_ROWS: u32 = 4;
/** Bytes of a tile of outputs, a row of 8 after the other. */
export const TILE_BYTES: usize = 128;

/** Rows of a block: enough to spread the reading of a panel of weights, few enough for many items. */
const BLOCK_ROWS: u32 = 64;
/** Rows of a block where a panel must be widened first. */
const HALF_BLOCK_ROWS: u32 = 256;

/** Most rows of a block that reads panels of weights, of halves where `half` is not 0. */
@inline
export function mostBlockRows(half: u32): u32 {
  return half ? HALF_BLOCK_ROWS : BLOCK_ROWS;
}

/**
 * out (rows, 8) = x (rows, K) w (K, 8), rows of x in `segments` pieces. Each sum runs over k upwards
 * in one register, so a result has the same bits in a tile of any height.
 * Shapes: pointers (segments, 4) addresses of the pieces of the rows; segments (2) byte offset into
 * w and length of each; outStride bytes from a row of out to the next.
 */
@inline
function tile(
  rows: i32,
  pointers: usize,
  segments: usize,
  count: u32,
  w: usize,
  out: usize,
  outStride: usize,
): void {
  let a0 = f32x4.splat(0);
  let b0 = a0;
  let a1 = a0;
  let b1 = a0;
  let a2 = a0;
  let b2 = a0;
  let a3 = a0;
  let b3 = a0;
  for (let s: u32 = 0; s < count; s++) {
    let x0 = load<usize>(pointers, 0);
    let x1 = rows > 1 ? load<usize>(pointers, 4) : 0;
    let x2 = rows > 2 ? load<usize>(pointers, 8) : 0;
    let x3 = rows > 2 ? load<usize>(pointers, 12) : 0;
    let p = w + load<usize>(segments, 0);
    const end = x0 + (load<usize>(segments, 4) << 2);
    pointers += 16;
    segments += 8;
    while (x0 < end) {
      const wa = v128.load(p, 0);
      const wb = v128.load(p, 16);
      const v0 = v128.load32_splat(x0);
      a0 = multiplyAdd(v0, wa, a0);
      b0 = multiplyAdd(v0, wb, b0);
      if (rows > 1) {
        const v1 = v128.load32_splat(x1);
        a1 = multiplyAdd(v1, wa, a1);
        b1 = multiplyAdd(v1, wb, b1);
      }
      if (rows > 2) {
        const v2 = v128.load32_splat(x2);
        a2 = multiplyAdd(v2, wa, a2);
        b2 = multiplyAdd(v2, wb, b2);
        const v3 = v128.load32_splat(x3);
        a3 = multiplyAdd(v3, wa, a3);
        b3 = multiplyAdd(v3, wb, b3);
      }
      x0 += 4;
      if (rows > 1) x1 += 4;
      if (rows > 2) x2 += 4;
      if (rows > 2) x3 += 4;
      p += 32;
    }
  }
  v128.store(out, a0, 0);
  v128.store(out, b0, 16);
  if (rows > 1) {
    out += outStride;
    v128.store(out, a1, 0);
    v128.store(out, b1, 16);
  }
  if (rows > 2) {
    out += outStride;
    v128.store(out, a2, 0);
    v128.store(out, b2, 16);
    out += outStride;
    v128.store(out, a3, 0);
    v128.store(out, b3, 16);
  }
}

/** A tile of `rows` rows, 1 to 4; of 3 rows the last is done twice, into the fourth. */
export function runTile(
  rows: u32,
  pointers: usize,
  segments: usize,
  count: u32,
  w: usize,
  out: usize,
  outStride: usize,
): void {
  if (rows > 2) tile(4, pointers, segments, count, w, out, outStride);
  else if (rows == 2) tile(2, pointers, segments, count, w, out, outStride);
  else tile(1, pointers, segments, count, w, out, outStride);
}
