import {
  Condition,
  Estimate,
  Guidance,
  LatentToPixels,
  Patches,
  Picture,
  State,
  Unpatchify,
  Update,
} from './fields';
import { exp1, silu4, tanh1 } from './exp';
import { ceilDivide, real, word } from './words';

/** Values of an item of these ops, which do next to nothing to each. */
const ITEM_VALUES: u32 = 1 << 14;

@inline
export function valueItems(count: u32): u32 {
  return ceilDivide(count, ITEM_VALUES);
}

/** The first value of the item after this one. */
@inline
export function itemEnd(item: u32, count: u32): u32 {
  return min((item + 1) * ITEM_VALUES, count);
}

@inline
export function itemStart(item: u32): u32 {
  return item * ITEM_VALUES;
}

@inline
function notFinite(x: f32): bool {
  return (reinterpret<u32>(x) & 0x7f800000) == 0x7f800000;
}

@inline
function raise(flags: u32): void {
  // Several threads may store the same 1.
  store<u32>(flags, 1);
}

export function patchValues(op: usize): u32 {
  const side = word(op, Patches.side);
  return word(op, Patches.items) * word(op, Patches.channels) * side * side;
}

export function patches(op: usize, item: u32): void {
  const side = word(op, Patches.side);
  const patch = word(op, Patches.patch);
  const channels = word(op, Patches.channels);
  const across = side / patch;
  const area = patch * patch;
  const k = channels * area;
  const end = itemEnd(item, patchValues(op));
  for (let i = itemStart(item); i < end; i++) {
    const row = i / k;
    const channel = (i % k) / area;
    const p = (i % area) / patch;
    const q = i % patch;
    const token = row % (across * across);
    const image = (row / (across * across)) % word(op, Patches.images);
    const y = (token / across) * patch + p;
    const x = (token % across) * patch + q;
    const from = ((image * channels + channel) * side + y) * side + x;
    store<f32>(word(op, Patches.y) + (i << 2), load<f32>(word(op, Patches.x) + (from << 2)));
  }
}

export function conditionValues(op: usize): u32 {
  return word(op, Condition.yRows) * word(op, Condition.width);
}

export function condition(op: usize, state: usize, item: u32): void {
  const width = word(op, Condition.width);
  const items = word(op, Condition.items);
  const lastRow = word(op, Condition.tembRows) - 1;
  const end = itemEnd(item, conditionValues(op));
  for (let i = itemStart(item); i < end; i++) {
    const row = i / width;
    const column = i % width;
    const temb = min(word(state, State.evaluation) + row / items, lastRow);
    const a = load<f32>(word(op, Condition.temb) + ((temb * width + column) << 2));
    const b = load<f32>(word(op, Condition.label) + (((row % items) * width + column) << 2));
    const c = f32x4.extract_lane(silu4(f32x4.splat(a + b)), 0);
    store<f32>(word(op, Condition.y) + (i << 2), c);
  }
}

export function unpatchifyValues(op: usize): u32 {
  const side = word(op, Unpatchify.side);
  return word(op, Unpatchify.items) * word(op, Unpatchify.channels) * side * side;
}

export function unpatchify(op: usize, item: u32): void {
  const side = word(op, Unpatchify.side);
  const patch = word(op, Unpatchify.patch);
  const channels = word(op, Unpatchify.channels);
  const across = side / patch;
  const end = itemEnd(item, unpatchifyValues(op));
  for (let i = itemStart(item); i < end; i++) {
    const x = i % side;
    const y = (i / side) % side;
    const plane = i / (side * side);
    const channel = plane % channels;
    const token = (plane / channels) * across * across + (y / patch) * across + x / patch;
    const from = ((token * patch + (y % patch)) * patch + (x % patch)) * channels + channel;
    store<f32>(word(op, Unpatchify.y) + (i << 2), load<f32>(word(op, Unpatchify.x) + (from << 2)));
  }
}

export function guidanceValues(op: usize): u32 {
  const planes =
    word(op, Guidance.images) * word(op, Guidance.halves) * word(op, Guidance.channels);
  return planes * word(op, Guidance.pixels);
}

export function guidance(op: usize, item: u32): void {
  const pixels = word(op, Guidance.pixels);
  const channels = word(op, Guidance.channels);
  const x = word(op, Guidance.x);
  const half = word(op, Guidance.images) * channels * pixels;
  const guides = word(op, Guidance.halves) == 2;
  const scale = real(op, Guidance.scale);
  const end = itemEnd(item, guidanceValues(op));
  for (let i = itemStart(item); i < end; i++) {
    let value = load<f32>(x + (i << 2));
    if (guides && (i / pixels) % channels < word(op, Guidance.guided)) {
      const conditional = load<f32>(x + ((i % half) << 2));
      const unconditional = load<f32>(x + (((i % half) + half) << 2));
      value = unconditional + scale * (conditional - unconditional);
    }
    store<f32>(word(op, Guidance.y) + (i << 2), value);
  }
}

export function updateValues(op: usize): u32 {
  return word(op, Update.items) * word(op, Update.channels) * word(op, Update.pixels);
}

export function update(op: usize, state: usize, item: u32): void {
  const pixels = word(op, Update.pixels);
  const channels = word(op, Update.channels);
  const outChannels = word(op, Update.outChannels);
  const adds = real(state, State.noise) != 0;
  const minLog = real(state, State.minLog);
  const maxLog = real(state, State.maxLog);
  const end = itemEnd(item, updateValues(op));
  for (let i = itemStart(item); i < end; i++) {
    const plane = i / pixels;
    const p = ((plane / channels) * outChannels + (plane % channels)) * pixels + (i % pixels);
    const at = word(op, Update.x) + (i << 2);
    let value =
      real(state, State.latent) * load<f32>(at) +
      real(state, State.weight0) * load<f32>(word(op, Update.p0) + (p << 2)) +
      real(state, State.weight1) * load<f32>(word(op, Update.p1) + (p << 2));
    if (adds) {
      let log = maxLog;
      if (outChannels > channels) {
        const v = load<f32>(word(op, Update.p0) + ((p + channels * pixels) << 2));
        const f = (v + 1) * 0.5;
        log = f * maxLog + (1 - f) * minLog;
      }
      value += load<f32>(word(op, Update.noise) + (i << 2)) * exp1(0.5 * log);
    }
    store<f32>(at, value);
    if (notFinite(value)) raise(word(op, Update.flags));
  }
}

export function estimateValues(op: usize): u32 {
  return word(op, Estimate.items) * word(op, Estimate.channels) * word(op, Estimate.pixels);
}

export function estimate(op: usize, state: usize, item: u32): void {
  const pixels = word(op, Estimate.pixels);
  const channels = word(op, Estimate.channels);
  const outChannels = word(op, Estimate.outChannels);
  const end = itemEnd(item, estimateValues(op));
  for (let i = itemStart(item); i < end; i++) {
    const plane = i / pixels;
    const p = ((plane / channels) * outChannels + (plane % channels)) * pixels + (i % pixels);
    const value =
      real(state, State.estimateLatent) * load<f32>(word(op, Estimate.x) + (i << 2)) +
      real(state, State.estimatePrediction) * load<f32>(word(op, Estimate.p) + (p << 2));
    store<f32>(word(op, Estimate.y) + (i << 2), value);
  }
}

export function latentToPixelsValues(op: usize): u32 {
  return word(op, LatentToPixels.channels) * word(op, LatentToPixels.pixels);
}

export function latentToPixels(op: usize, item: u32): void {
  const pixels = word(op, LatentToPixels.pixels);
  const channels = word(op, LatentToPixels.channels);
  const x = word(op, LatentToPixels.x);
  const limit = real(op, LatentToPixels.limit);
  const end = itemEnd(item, latentToPixelsValues(op));
  for (let i = itemStart(item); i < end; i++) {
    const from = (i % channels) * pixels + i / channels;
    let value = load<f32>(x + (from << 2)) * real(op, LatentToPixels.factor);
    if (limit > 0 && !notFinite(value)) value = limit * tanh1(value / limit);
    store<f32>(word(op, LatentToPixels.y) + (i << 2), value);
  }
}

@inline
function byteOf(x: f32): u32 {
  return <u32>min<f32>(max<f32>(127.5 * x + 128, 0), 255);
}

export function picture(op: usize, item: u32): void {
  const end = itemEnd(item, word(op, Picture.pixels));
  for (let i = itemStart(item); i < end; i++) {
    const from = word(op, Picture.x) + i * 12;
    const red = load<f32>(from, 0);
    const green = load<f32>(from, 4);
    const blue = load<f32>(from, 8);
    if (notFinite(red) || notFinite(green) || notFinite(blue)) raise(word(op, Picture.flags));
    const bytes = byteOf(red) | (byteOf(green) << 8) | (byteOf(blue) << 16) | 0xff000000;
    store<u32>(word(op, Picture.y) + (i << 2), bytes);
  }
}
