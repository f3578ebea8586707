import { Compact, Score } from './fields';
import { runTile, TILE_BYTES, TILE_ROWS } from './tile';
import { multiplyAdd, sumOfLanes } from './vector';
import { ceilDivide, real, word } from './words';

const ITEM_ROWS: u32 = 32;

export function scoreItems(op: usize): u32 {
  return ceilDivide(word(op, Score.rows), ITEM_ROWS);
}

export function scoreScratch(): usize {
  return 2 * TILE_BYTES + 16 + 16;
}

/** One item: the router's verdict on some tokens. */
export function score(op: usize, item: u32, scratch: usize): void {
  const width = word(op, Score.width);
  const panels = word(op, Score.panels);
  const first = item * ITEM_ROWS;
  const last = min(first + ITEM_ROWS, word(op, Score.rows));
  const segments = scratch + TILE_BYTES;
  const pointers = segments + 16;
  const sums = pointers + 16;
  store<u32>(segments, 0);
  store<u32>(segments + 4, width);
  for (let row = first; row < last; row += TILE_ROWS) {
    const height = min(TILE_ROWS, last - row);
    for (let i: u32 = 0; i < TILE_ROWS; i++) {
      store<u32>(pointers + (i << 2), word(op, Score.x) + min(row + i, last - 1) * (width << 2));
    }
    memory.fill(sums, 0, TILE_BYTES);
    for (let panel: u32 = 0; panel < panels; panel++) {
      const at = panel << 5;
      const weights = word(op, Score.weights) + panel * (width << 5);
      runTile(TILE_ROWS, pointers, segments, 1, weights, scratch, 32);
      for (let i: u32 = 0; i < height << 5; i += 16) {
        const column = at + (i & 16);
        const hidden = f32x4.add(v128.load(scratch + i), v128.load(word(op, Score.bias) + column));
        const positive = f32x4.max(hidden, f32x4.splat(0));
        const weight = v128.load(word(op, Score.weight2) + column);
        v128.store(sums + i, multiplyAdd(positive, weight, v128.load(sums + i)));
      }
    }
    for (let i: u32 = 0; i < height; i++) {
      const from = sums + (i << 5);
      const lanes = f32x4.add(v128.load(from, 0), v128.load(from, 16));
      const logit = sumOfLanes(lanes) + real(op, Score.bias2);
      store<u32>(word(op, Score.kept) + ((row + i) << 2), logit > 0 ? 1 : 0);
    }
  }
}

/** The one item: how many are kept, then which. */
export function compact(op: usize): void {
  const kept = word(op, Compact.kept);
  const count = word(op, Compact.count);
  const rows = word(op, Compact.rows);
  let found: u32 = 0;
  for (let token: u32 = 0; token < count; token++) {
    if (load<u32>(kept + (token << 2))) {
      store<u32>(rows + 4 + (found << 2), token);
      found++;
    }
  }
  store<u32>(rows, found);
}
