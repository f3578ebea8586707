import { Attend, PackKeys, State } from './fields';
import { loadColumns, storeColumns } from './columns';
import { exp4 } from './exp';
import { runTile, TILE_BYTES, TILE_ROWS } from './tile';
import { greatestLane, sumOfLanes } from './vector';
import { align16, ceilDivide, real, word } from './words';

/** Keys of an item of packing. */
const PACK_BLOCK: u32 = 256;
/** Scores held at a time, about: half of a small L1. */
const SCORES: u32 = 1 << 13;
const MOST_QUERIES: u32 = 32;

@inline
function activeHeads(table: u32, stride: u32, state: usize): usize {
  return table + word(state, State.evaluation) * stride;
}

export function packItems(op: usize, state: usize): u32 {
  const heads = activeHeads(word(op, PackKeys.heads), word(op, PackKeys.headsStride), state);
  return (
    word(op, PackKeys.items) * load<u32>(heads) * ceilDivide(word(op, PackKeys.tokens), PACK_BLOCK)
  );
}

/** One item: a block of keys and values of one head. */
export function packKeys(op: usize, state: usize, item: u32): void {
  const heads = load<u32>(
    activeHeads(word(op, PackKeys.heads), word(op, PackKeys.headsStride), state),
  );
  const tokens = word(op, PackKeys.tokens);
  const width = word(op, PackKeys.width);
  const stride = word(op, PackKeys.stride);
  const blocks = ceilDivide(tokens, PACK_BLOCK);
  const pair = item / blocks;
  const head = pair % heads;
  const first = (item % blocks) * PACK_BLOCK;
  const last = min(first + PACK_BLOCK, tokens);
  const padded = (last + 7) & ~7;
  const scale = real(op, PackKeys.scale);
  const source = word(op, PackKeys.qkv) + (pair / heads) * tokens * stride;
  const keyColumn = ((heads + head) * width) << 2;
  const valueColumn = ((2 * heads + head) * width) << 2;

  const keys = word(op, PackKeys.keys) + pair * ((tokens + 7) & ~7) * (width << 2);
  for (let token = first; token < padded; token += 4) {
    const to = keys + (token >> 3) * (width << 5) + ((token & 7) << 2);
    packFourKeys(source + token * stride + keyColumn, stride, last - min(token, last), to, width, scale);
  }

  const panels = ceilDivide(width, 8);
  const values = word(op, PackKeys.values) + pair * tokens * (panels << 5);
  for (let token = first; token < last; token++) {
    const from = source + token * stride + valueColumn;
    for (let panel: u32 = 0; panel < panels; panel++) {
      const to = values + (panel * tokens + token) * 32;
      packColumns(to, from + (panel << 5), min(8, width - (panel << 3)));
    }
  }
}

/** The keys of four tokens, of which `there` exist and the others are zeros, side by side. */
@inline
function packFourKeys(
  from: usize,
  stride: u32,
  there: u32,
  to: usize,
  width: u32,
  scale: f32,
): void {
  let e: u32 = 0;
  if (there >= 4) {
    const factor = f32x4.splat(scale);
    for (; e + 4 <= width; e += 4) {
      const at = from + (e << 2);
      const a = f32x4.mul(v128.load(at), factor);
      const b = f32x4.mul(v128.load(at + stride), factor);
      const c = f32x4.mul(v128.load(at + 2 * stride), factor);
      const d = f32x4.mul(v128.load(at + 3 * stride), factor);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const abEnd = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cdEnd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const out = to + (e << 5);
      v128.store(out, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), 0);
      v128.store(out, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 32);
      v128.store(out, v128.shuffle<f32>(abEnd, cdEnd, 0, 1, 4, 5), 64);
      v128.store(out, v128.shuffle<f32>(abEnd, cdEnd, 2, 3, 6, 7), 96);
    }
  }
  for (; e < width; e++) {
    for (let i: u32 = 0; i < 4; i++) {
      const key = i < there ? load<f32>(from + i * stride + (e << 2)) * scale : 0;
      store<f32>(to + (e << 5) + (i << 2), key);
    }
  }
}

/** The first `columns` of 8 values, then zeros. */
@inline
function packColumns(to: usize, from: usize, columns: u32): void {
  if (columns == 8) {
    v128.store(to, v128.load(from, 0), 0);
    v128.store(to, v128.load(from, 16), 16);
  } else {
    loadColumns(from, columns, to);
  }
}

/** Queries of an item: as many as have their scores near, a multiple of a tile's 4. */
@inline
function itemQueries(tokens: u32): u32 {
  return min(MOST_QUERIES, max(4, (SCORES / tokens) & ~3));
}

@inline
function scoreStride(tokens: u32): usize {
  return ((tokens + 7) & ~7) << 2;
}

export function attendItems(op: usize, state: usize): u32 {
  const heads = activeHeads(word(op, Attend.heads), word(op, Attend.headsStride), state);
  const tokens = word(op, Attend.tokens);
  return word(op, Attend.items) * load<u32>(heads) * ceilDivide(tokens, itemQueries(tokens));
}

export function attendScratch(op: usize): usize {
  const tokens = word(op, Attend.tokens);
  const queries = itemQueries(tokens);
  return TILE_BYTES + 16 + queries * 4 + 2 * 16 + queries * (scoreStride(tokens) + 4) + 16;
}

/**
 * scores (N) to exp(score - greatest); their sum. The scores of the padding become next to nothing,
 * 1e-38 beside a sum of at least 1, and no value is multiplied with them.
 */
function softmaxRow(scores: usize, tokens: u32): f32 {
  const padded = scores + scoreStride(tokens);
  for (let at = scores + (tokens << 2); at < padded; at += 4) store<f32>(at, -f32.MAX_VALUE);
  let greatest = f32x4.splat(-f32.MAX_VALUE);
  for (let at = scores; at < padded; at += 16) greatest = f32x4.max(greatest, v128.load(at));
  const top = f32x4.splat(greatestLane(greatest));
  let sum = f32x4.splat(0);
  for (let at = scores; at < padded; at += 16) {
    const power = exp4(f32x4.sub(v128.load(at), top));
    v128.store(at, power);
    sum = f32x4.add(sum, power);
  }
  return sumOfLanes(sum);
}

/** One item: some queries of one head. */
export function attend(op: usize, state: usize, item: u32, scratch: usize): void {
  const heads = load<u32>(activeHeads(word(op, Attend.heads), word(op, Attend.headsStride), state));
  const tokens = word(op, Attend.tokens);
  const width = word(op, Attend.width);
  const stride = word(op, Attend.stride);
  const yStride = word(op, Attend.yStride);
  const perItem = itemQueries(tokens);
  const blocks = ceilDivide(tokens, perItem);
  const pair = item / blocks;
  const head = pair % heads;
  const first = (item % blocks) * perItem;
  const last = min(first + perItem, tokens);
  const base = (pair / heads) * tokens;
  const column = (head * width) << 2;
  const q = word(op, Attend.qkv) + base * stride + column;
  const y = word(op, Attend.y) + base * yStride + column;
  const keyPanels = ceilDivide(tokens, 8);
  const keys = word(op, Attend.keys) + pair * keyPanels * (width << 5);
  const valuePanels = ceilDivide(width, 8);
  const values = word(op, Attend.values) + pair * tokens * (valuePanels << 5);

  const segments = scratch + TILE_BYTES;
  const pointers = segments + 16;
  const scale = align16(pointers + 16);
  const scores = align16(scale + (perItem << 2));
  const rowBytes = scoreStride(tokens);

  store<u32>(segments, 0);
  store<u32>(segments + 4, width);
  for (let panel: u32 = 0; panel < keyPanels; panel++) {
    for (let row = first; row < last; row += TILE_ROWS) {
      for (let i: u32 = 0; i < TILE_ROWS; i++) {
        store<u32>(pointers + (i << 2), q + min(row + i, last - 1) * stride);
      }
      const to = scores + (row - first) * rowBytes + (panel << 5);
      runTile(TILE_ROWS, pointers, segments, 1, keys + panel * (width << 5), to, rowBytes);
    }
  }
  for (let row = first; row < last; row++) {
    const sum = softmaxRow(scores + (row - first) * rowBytes, tokens);
    store<f32>(scale + ((row - first) << 2), 1 / sum);
  }
  store<u32>(segments + 4, tokens);
  for (let panel: u32 = 0; panel < valuePanels; panel++) {
    const columns = min(8, width - (panel << 3));
    for (let row = first; row < last; row += TILE_ROWS) {
      const height = min(TILE_ROWS, last - row);
      for (let i: u32 = 0; i < TILE_ROWS; i++) {
        store<u32>(pointers + (i << 2), scores + (min(row + i, last - 1) - first) * rowBytes);
      }
      runTile(height, pointers, segments, 1, values + panel * (tokens << 5), scratch, 32);
      for (let i: u32 = 0; i < height; i++) {
        const factor = f32x4.splat(load<f32>(scale + ((row + i - first) << 2)));
        const from = scratch + (i << 5);
        const v0 = f32x4.mul(v128.load(from, 0), factor);
        const v1 = f32x4.mul(v128.load(from, 16), factor);
        storeColumns(y + (row + i) * yStride + (panel << 5), v0, v1, columns, from);
      }
    }
  }
}
