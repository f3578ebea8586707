import { Blocks, ChannelAffine, ChannelSums, GroupNorm } from './fields';
import { silu4 } from './exp';
import { multiplyAdd, sumOfLanes } from './vector';
import { ceilDivide, real, word } from './words';

const BLOCK: u32 = Blocks.pixels;

export function channelSumsItems(op: usize): u32 {
  return ceilDivide(word(op, ChannelSums.pixels), BLOCK);
}

/** One item: mean and squared distances of every group over a block of pixels, in two passes. */
export function channelSums(op: usize, item: u32): void {
  const channels = word(op, ChannelSums.channels);
  const groups = word(op, ChannelSums.groups);
  const group = channels / groups;
  const whole = (group & ~3) << 2;
  const rowBytes = channels << 2;
  const first = item * BLOCK;
  const last = min(first + BLOCK, word(op, ChannelSums.pixels));
  const count = <f32>((last - first) * group);
  for (let g: u32 = 0; g < groups; g++) {
    const x = word(op, ChannelSums.x) + first * rowBytes + ((g * group) << 2);
    const end = x + (last - first) * rowBytes;
    let lanes = f32x4.splat(0);
    let rest: f32 = 0;
    for (let row = x; row < end; row += rowBytes) {
      let at: u32 = 0;
      for (; at < whole; at += 16) lanes = f32x4.add(lanes, v128.load(row + at));
      for (; at < group << 2; at += 4) rest += load<f32>(row + at);
    }
    const mean = (sumOfLanes(lanes) + rest) / count;
    const centre = f32x4.splat(mean);
    lanes = f32x4.splat(0);
    rest = 0;
    for (let row = x; row < end; row += rowBytes) {
      let at: u32 = 0;
      for (; at < whole; at += 16) {
        const d = f32x4.sub(v128.load(row + at), centre);
        lanes = multiplyAdd(d, d, lanes);
      }
      for (; at < group << 2; at += 4) {
        const d = load<f32>(row + at) - mean;
        rest += d * d;
      }
    }
    const to = word(op, ChannelSums.sums) + ((item * groups + g) << 3);
    store<f32>(to, mean, 0);
    store<f32>(to, sumOfLanes(lanes) + rest, 4);
  }
}

/** The one item: joins the blocks (Chan et al.), in their order, and folds in gamma and beta. */
export function channelAffine(op: usize): void {
  const pixels = word(op, ChannelAffine.pixels);
  const channels = word(op, ChannelAffine.channels);
  const groups = word(op, ChannelAffine.groups);
  const group = channels / groups;
  const affine = word(op, ChannelAffine.affine);
  for (let g: u32 = 0; g < groups; g++) {
    let count: f64 = 0;
    let mean: f64 = 0;
    let squares: f64 = 0;
    for (let first: u32 = 0; first < pixels; first += BLOCK) {
      const from = word(op, ChannelAffine.sums) + (((first / BLOCK) * groups + g) << 3);
      const more = <f64>(min(BLOCK, pixels - first) * group);
      const distance = <f64>load<f32>(from, 0) - mean;
      const total = count + more;
      squares += <f64>load<f32>(from, 4) + (distance * distance * count * more) / total;
      mean += (distance * more) / total;
      count = total;
    }
    const deviation = 1 / sqrt<f64>(squares / count + <f64>real(op, ChannelAffine.eps));
    for (let c = g * group; c < (g + 1) * group; c++) {
      const factor = <f64>load<f32>(word(op, ChannelAffine.gamma) + (c << 2)) * deviation;
      const beta = <f64>load<f32>(word(op, ChannelAffine.beta) + (c << 2));
      store<f32>(affine + (c << 2), <f32>factor);
      store<f32>(affine + ((channels + c) << 2), <f32>(beta - mean * factor));
    }
  }
}

export function groupNormItems(op: usize): u32 {
  return ceilDivide(word(op, GroupNorm.pixels), BLOCK);
}

/** One item: a block of pixels. */
export function groupNorm(op: usize, item: u32): void {
  const channels = word(op, GroupNorm.channels);
  const rowBytes = channels << 2;
  const whole = (channels & ~3) << 2;
  const first = item * BLOCK;
  const last = min(first + BLOCK, word(op, GroupNorm.pixels));
  const factors = word(op, GroupNorm.affine);
  const offsets = factors + rowBytes;
  const silu = word(op, GroupNorm.silu) != 0;
  for (let pixel = first; pixel < last; pixel++) {
    const x = word(op, GroupNorm.x) + pixel * rowBytes;
    const y = word(op, GroupNorm.y) + pixel * rowBytes;
    let at: u32 = 0;
    for (; at < whole; at += 16) {
      const v = multiplyAdd(v128.load(x + at), v128.load(factors + at), v128.load(offsets + at));
      v128.store(y + at, silu ? silu4(v) : v);
    }
    for (; at < rowBytes; at += 4) {
      const v = load<f32>(x + at) * load<f32>(factors + at) + load<f32>(offsets + at);
      store<f32>(y + at, silu ? f32x4.extract_lane(silu4(f32x4.splat(v)), 0) : v);
    }
  }
}
