import { exp4, gelu4 } from './exp';

/** y (count, a multiple of 4) = e^x; for the tests of its accuracy. */
export function exponentials(x: usize, y: usize, count: u32): void {
  for (let at: u32 = 0; at < count << 2; at += 16) v128.store(y + at, exp4(v128.load(x + at)));
}

/** y (count, a multiple of 4) = GELU(x); for the tests of its accuracy. */
export function gelus(x: usize, y: usize, count: u32): void {
  for (let at: u32 = 0; at < count << 2; at += 16) v128.store(y + at, gelu4(v128.load(x + at)));
}
