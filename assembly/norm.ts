import { Norm, State } from './fields';
import { multiplyAdd, sumOfLanes } from './vector';
import { ceilDivide, word } from './words';

const ITEM_ROWS: u32 = 16;
const EPSILON: f32 = 1e-6;

@inline
function rowCount(op: usize): u32 {
  const list = word(op, Norm.rowList);
  return list ? load<u32>(list) : word(op, Norm.rows);
}

export function normItems(op: usize): u32 {
  return ceilDivide(rowCount(op), ITEM_ROWS);
}

/** Sum of x (width). */
function sum(x: usize, width: u32): f32 {
  const end = x + (width << 2);
  const whole = x + ((width & ~3) << 2);
  let lanes = f32x4.splat(0);
  for (; x < whole; x += 16) lanes = f32x4.add(lanes, v128.load(x));
  let total = sumOfLanes(lanes);
  for (; x < end; x += 4) total += load<f32>(x);
  return total;
}

/** Sum of the squared distances of x (width) from the mean. */
function squares(x: usize, width: u32, mean: f32): f32 {
  const end = x + (width << 2);
  const whole = x + ((width & ~3) << 2);
  const centre = f32x4.splat(mean);
  let lanes = f32x4.splat(0);
  for (; x < whole; x += 16) {
    const d = f32x4.sub(v128.load(x), centre);
    lanes = multiplyAdd(d, d, lanes);
  }
  let total = sumOfLanes(lanes);
  for (; x < end; x += 4) {
    const d = load<f32>(x) - mean;
    total += d * d;
  }
  return total;
}

/** One item: some rows. */
export function norm(op: usize, state: usize, item: u32): void {
  const rows = rowCount(op);
  const list = word(op, Norm.rowList);
  const width = word(op, Norm.width);
  const rowBytes = width << 2;
  const whole = (width & ~3) << 2;
  const first = item * ITEM_ROWS;
  const last = min(first + ITEM_ROWS, rows);
  for (let row = first; row < last; row++) {
    const token = list ? load<u32>(list + 4 + (row << 2)) : row;
    const x = word(op, Norm.x) + token * rowBytes;
    const y = word(op, Norm.y) + row * rowBytes;
    const owner = word(state, State.modulationRow) + token / word(op, Norm.tokens);
    const shift = word(op, Norm.shift) + owner * word(op, Norm.shiftStride);
    const scale = word(op, Norm.scale) + owner * word(op, Norm.scaleStride);
    const mean = sum(x, width) / <f32>width;
    const deviation = <f32>1 / sqrt<f32>(squares(x, width, mean) / <f32>width + EPSILON);
    const centre = f32x4.splat(mean);
    const factor = f32x4.splat(deviation);
    let at: u32 = 0;
    for (; at < whole; at += 16) {
      const n = f32x4.mul(f32x4.sub(v128.load(x + at), centre), factor);
      const s = f32x4.add(f32x4.splat(1), v128.load(scale + at));
      v128.store(y + at, multiplyAdd(n, s, v128.load(shift + at)));
    }
    for (; at < rowBytes; at += 4) {
      const n = (load<f32>(x + at) - mean) * deviation;
      store<f32>(y + at, n * (<f32>1 + load<f32>(scale + at)) + load<f32>(shift + at));
    }
  }
}
