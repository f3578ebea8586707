import { multiplyAdd } from './vector';

/** Multiply-adds of a round of `peak`. */
const ROUND: u32 = 8 * 4;

/**
 * `rounds` times eight independent multiply-adds in registers, in the pattern of a tile: what no
 * product can exceed. Two factors come from a table of 128 bytes, now from one quarter and now from
 * another, so that no compiler can keep a product from the round before.
 */
export function peak(table: usize, rounds: u32): f32 {
  const x0 = v128.load(table, 64);
  const x1 = v128.load(table, 80);
  const x2 = v128.load(table, 96);
  const x3 = v128.load(table, 112);
  let a0 = f32x4.splat(1);
  let a1 = f32x4.splat(2);
  let a2 = f32x4.splat(3);
  let a3 = f32x4.splat(4);
  let b0 = f32x4.splat(5);
  let b1 = f32x4.splat(6);
  let b2 = f32x4.splat(7);
  let b3 = f32x4.splat(8);
  for (let r: u32 = 0; r < rounds; r++) {
    const from = table + ((r & 1) << 5);
    const wa = v128.load(from, 0);
    const wb = v128.load(from, 16);
    a0 = multiplyAdd(x0, wa, a0);
    b0 = multiplyAdd(x0, wb, b0);
    a1 = multiplyAdd(x1, wa, a1);
    b1 = multiplyAdd(x1, wb, b1);
    a2 = multiplyAdd(x2, wa, a2);
    b2 = multiplyAdd(x2, wb, b2);
    a3 = multiplyAdd(x3, wa, a3);
    b3 = multiplyAdd(x3, wb, b3);
  }
  const a = f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
  const b = f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3));
  return f32x4.extract_lane(f32x4.add(a, b), 0);
}

/** Multiply-adds that `peak(rounds)` does. */
export function peakWork(rounds: u32): f64 {
  return <f64>rounds * <f64>ROUND;
}
