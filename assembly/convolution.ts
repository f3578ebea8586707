import { addColumns, storeColumns, storePositive } from './columns';
import { Convolution } from './fields';
import { widen } from './half';
import { mostBlockRows, runTile, TILE_BYTES, TILE_ROWS } from './tile';
import { align16, ceilDivide, word } from './words';

/** Multiply-adds of an item: long beside finding the pixels under its taps. */
const ITEM_WORK: u32 = 1 << 21;

/** Pixels of a block, which are the rows of its tiles. */
@inline
function blockPixels(op: usize): u32 {
  return mostBlockRows(word(op, Convolution.half));
}

/** Pixels of x's grid that a phase makes. */
@inline
function pixelCount(op: usize): u32 {
  return word(op, Convolution.rows) * word(op, Convolution.side);
}

@inline
function tapCount(op: usize): u32 {
  return word(op, Convolution.size) * word(op, Convolution.size);
}

/** Elements of a column of weights. */
@inline
function kOf(op: usize): u32 {
  return tapCount(op) * word(op, Convolution.channels);
}

/** Panels of an item: two, a cache line of y, or a multiple of that, so that no two threads share one. */
@inline
function itemPanels(op: usize): u32 {
  const work = kOf(op) * 8 * min(pixelCount(op), blockPixels(op));
  return 2 * max(1, ITEM_WORK / (2 * work));
}

export function convolutionItems(op: usize): u32 {
  const blocks = ceilDivide(pixelCount(op), blockPixels(op));
  const pieces = ceilDivide(word(op, Convolution.panels), itemPanels(op));
  return word(op, Convolution.phases) * blocks * pieces;
}

export function convolutionScratch(op: usize): usize {
  const taps = tapCount(op);
  const tiles = ceilDivide(min(pixelCount(op), blockPixels(op)), TILE_ROWS);
  const panel = word(op, Convolution.half) ? kOf(op) << 5 : 0;
  return TILE_BYTES + tiles * 16 + taps * 8 + 16 + tiles * taps * 16 + 16 + panel;
}

/**
 * Where the pixels of a block go, and what lies under the taps of each: a pixel of x, or zeros
 * outside the picture. Rows of x and y are counted from the first that the tensors hold.
 * Shapes: targets (pixels), pointers (tiles, taps, 4); pixels past the last repeat it.
 */
function findPixels(
  op: usize,
  phase: u32,
  first: u32,
  last: u32,
  targets: usize,
  pointers: usize,
): void {
  const size = <i32>word(op, Convolution.size);
  const doubles = word(op, Convolution.phases) == 4;
  const side = <i32>word(op, Convolution.side);
  const xStride = word(op, Convolution.xStride);
  const yStride = word(op, Convolution.yStride);
  const phaseRow = doubles ? <i32>(phase >> 1) : 0;
  const phaseColumn = doubles ? <i32>(phase & 1) : 0;
  const scale = doubles ? 2 : 1;
  const margin = size > 1 ? 1 : 0;
  const entryBytes: usize = size * size * 16;
  const x = word(op, Convolution.x);
  const zeros = word(op, Convolution.zeros);
  const xFirst = <i32>word(op, Convolution.xFirst);
  let row = <i32>(word(op, Convolution.first) + first / <u32>side);
  let column = <i32>(first % <u32>side);
  const end = first + ((last - first + TILE_ROWS - 1) & ~(TILE_ROWS - 1));
  for (let pixel = first; pixel < end; pixel++) {
    const yRow = row * scale + phaseRow - <i32>word(op, Convolution.yFirst);
    const yColumn = column * scale + phaseColumn;
    store<u32>(targets, word(op, Convolution.y) + (yRow * (side * scale) + yColumn) * yStride);
    targets += 4;
    const within = pixel - first;
    let entry = pointers + (within >> 2) * entryBytes + ((within & 3) << 2);
    const left = column - margin + phaseColumn;
    for (let ky = 0; ky < size; ky++) {
      const sourceRow = row - margin + phaseRow + ky;
      const inside = sourceRow >= 0 && sourceRow < side;
      const line = x + (sourceRow - xFirst) * side * xStride;
      for (let sourceColumn = left; sourceColumn < left + size; sourceColumn++) {
        const there = inside && sourceColumn >= 0 && sourceColumn < side;
        store<u32>(entry, there ? line + sourceColumn * xStride : zeros);
        entry += 16;
      }
    }
    if (pixel + 1 < last && ++column == side) {
      column = 0;
      row++;
    }
  }
}

/** One item: some panels of channels of a block of pixels, of one phase. */
export function convolution(op: usize, item: u32, scratch: usize): void {
  const pixels = pixelCount(op);
  const perBlock = blockPixels(op);
  const blocks = ceilDivide(pixels, perBlock);
  const panels = word(op, Convolution.panels);
  const perItem = itemPanels(op);
  const first = (item % blocks) * perBlock;
  const last = min(first + perBlock, pixels);
  const pieces = ceilDivide(panels, perItem);
  const firstPanel = ((item / blocks) % pieces) * perItem;
  const lastPanel = min(firstPanel + perItem, panels);
  const phase = item / blocks / pieces;

  const taps = tapCount(op);
  const channels = word(op, Convolution.channels);
  const tiles = ceilDivide(last - first, TILE_ROWS);
  const targets = scratch + TILE_BYTES;
  const segments = targets + tiles * 16;
  const pointers = align16(segments + (taps << 3));
  const widened = align16(pointers + tiles * (taps << 4));
  for (let tap: u32 = 0; tap < taps; tap++) {
    store<u32>(segments + (tap << 3), (tap * channels) << 5);
    store<u32>(segments + (tap << 3) + 4, channels);
  }
  findPixels(op, phase, first, last, targets, pointers);

  const half = word(op, Convolution.half);
  const phases = word(op, Convolution.phases);
  const k = kOf(op);
  const group = word(op, Convolution.group);
  const groupPanels = word(op, Convolution.groupPanels);
  const adds = word(op, Convolution.adds);
  const relu = word(op, Convolution.relu);
  for (let panel = firstPanel; panel < lastPanel; panel++) {
    let w = word(op, Convolution.weights) + (panel * phases + phase) * k * (half ? 16 : 32);
    if (half) {
      widen(w, widened, k);
      w = widened;
    }
    const within = (panel % groupPanels) << 3;
    const column = ((panel / groupPanels) * group + within) << 2;
    const columns = min(8, group - within);
    const bias = word(op, Convolution.bias) + (panel << 5);
    const bias0 = v128.load(bias, 0);
    const bias1 = v128.load(bias, 16);
    for (let pixel = first; pixel < last; pixel += TILE_ROWS) {
      const height = min(TILE_ROWS, last - pixel);
      const within = pixel - first;
      runTile(height, pointers + (within >> 2) * (taps << 4), segments, taps, w, scratch, 32);
      for (let i: u32 = 0; i < height; i++) {
        const out = scratch + (i << 5);
        const v0 = f32x4.add(v128.load(out, 0), bias0);
        const v1 = f32x4.add(v128.load(out, 16), bias1);
        const y = load<u32>(targets + ((within + i) << 2)) + column;
        if (relu) storePositive(y, v0, v1, columns, out, adds);
        else if (adds) addColumns(y, y, v0, v1, columns, out);
        else storeColumns(y, v0, v1, columns, out);
      }
    }
  }
}
