import { GroupNorm, GroupStatistics, RowMoments } from './fields';
import { silu4 } from './exp';
import { multiplyAdd } from './vector';
import { ceilDivide, real, word } from './words';

/** Pixels of an item. */
const ITEM_PIXELS: u32 = 128;

/** Rows of pixels of an item. */
@inline
function itemRows(side: u32): u32 {
  return max(1, ITEM_PIXELS / side);
}

export function rowMomentsItems(op: usize): u32 {
  return ceilDivide(word(op, RowMoments.rows), itemRows(word(op, RowMoments.side)));
}

/** One item: mean of every channel and squares about it over a row of pixels, in two passes each. */
export function rowMoments(op: usize, item: u32): void {
  const side = word(op, RowMoments.side);
  const rowBytes = word(op, RowMoments.channels) << 2;
  const first = item * itemRows(side);
  const last = min(first + itemRows(side), word(op, RowMoments.rows));
  for (let row = first; row < last; row++) {
    const x = word(op, RowMoments.x) + row * side * rowBytes;
    const means = word(op, RowMoments.y) + row * 2 * rowBytes;
    momentsOfRow(x, side, rowBytes, means, means + rowBytes);
  }
}

function momentsOfRow(x: usize, side: u32, rowBytes: u32, means: usize, squares: usize): void {
  const end = x + side * rowBytes;
  const count = <f32>side;
  let at: u32 = 0;
  for (; at + 16 <= rowBytes; at += 16) {
    let sum = f32x4.splat(0);
    for (let pixel = x; pixel < end; pixel += rowBytes) {
      sum = f32x4.add(sum, v128.load(pixel + at));
    }
    const mean = f32x4.div(sum, f32x4.splat(count));
    sum = f32x4.splat(0);
    for (let pixel = x; pixel < end; pixel += rowBytes) {
      const d = f32x4.sub(v128.load(pixel + at), mean);
      sum = multiplyAdd(d, d, sum);
    }
    v128.store(means + at, mean);
    v128.store(squares + at, sum);
  }
  for (; at < rowBytes; at += 4) {
    let sum: f32 = 0;
    for (let pixel = x; pixel < end; pixel += rowBytes) sum += load<f32>(pixel + at);
    const mean = sum / count;
    sum = 0;
    for (let pixel = x; pixel < end; pixel += rowBytes) {
      const d = load<f32>(pixel + at) - mean;
      sum += d * d;
    }
    store<f32>(means + at, mean);
    store<f32>(squares + at, sum);
  }
}

/** One item: a group, its rows joined in their order (Chan et al.), with gamma and beta. */
export function groupStatistics(op: usize, item: u32): void {
  const side = word(op, GroupStatistics.side);
  const channels = word(op, GroupStatistics.channels);
  const group = channels / word(op, GroupStatistics.groups);
  const first = item * group;
  const rowBytes = channels << 2;
  const means = word(op, GroupStatistics.x) + (first << 2);
  let sum: f64 = 0;
  for (let row: u32 = 0; row < side; row++) {
    const at = means + row * 2 * rowBytes;
    for (let c: u32 = 0; c < group; c++) sum += <f64>load<f32>(at + (c << 2));
  }
  const mean = sum / <f64>(side * group);
  let squares: f64 = 0;
  for (let row: u32 = 0; row < side; row++) {
    const at = means + row * 2 * rowBytes;
    for (let c: u32 = 0; c < group; c++) {
      const distance = <f64>load<f32>(at + (c << 2)) - mean;
      squares += distance * distance * <f64>side + <f64>load<f32>(at + rowBytes + (c << 2));
    }
  }
  const variance = squares / (<f64>(side * group) * <f64>side);
  const deviation = sqrt<f64>(variance + <f64>real(op, GroupStatistics.eps));
  for (let c = first; c < first + group; c++) {
    const to = word(op, GroupStatistics.y) + (c << 2);
    const gamma = <f64>load<f32>(word(op, GroupStatistics.gamma) + (c << 2));
    store<f32>(to, <f32>mean);
    store<f32>(to + rowBytes, <f32>(gamma / deviation));
    store<f32>(to + 2 * rowBytes, load<f32>(word(op, GroupStatistics.beta) + (c << 2)));
  }
}

export function groupNormItems(op: usize): u32 {
  return ceilDivide(word(op, GroupNorm.pixels), ITEM_PIXELS);
}

/** One item: a block of pixels. */
export function groupNorm(op: usize, item: u32): void {
  const rowBytes = word(op, GroupNorm.channels) << 2;
  const first = item * ITEM_PIXELS;
  const last = min(first + ITEM_PIXELS, word(op, GroupNorm.pixels));
  const means = word(op, GroupNorm.statistics);
  const scales = means + rowBytes;
  const betas = scales + rowBytes;
  const silu = word(op, GroupNorm.silu) != 0;
  for (let pixel = first; pixel < last; pixel++) {
    const x = word(op, GroupNorm.x) + pixel * rowBytes;
    const y = word(op, GroupNorm.y) + pixel * rowBytes;
    let at: u32 = 0;
    for (; at + 16 <= rowBytes; at += 16) {
      const centred = f32x4.sub(v128.load(x + at), v128.load(means + at));
      const v = multiplyAdd(centred, v128.load(scales + at), v128.load(betas + at));
      v128.store(y + at, silu ? silu4(v) : v);
    }
    for (; at < rowBytes; at += 4) {
      const centred = load<f32>(x + at) - load<f32>(means + at);
      const v = centred * load<f32>(scales + at) + load<f32>(betas + at);
      store<f32>(y + at, silu ? f32x4.extract_lane(silu4(f32x4.splat(v)), 0) : v);
    }
  }
}
