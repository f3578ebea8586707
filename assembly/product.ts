import { addColumns, loadColumns, storeColumns } from './columns';
import { Activation, Ending, Product, State } from './fields';
import { gelu4, silu4 } from './exp';
import { widen } from './half';
import { mostBlockRows, runTile, TILE_BYTES, TILE_ROWS } from './tile';
import { multiplyAdd } from './vector';
import { align16, ceilDivide, word } from './words';

/** Multiply-adds of an item: long beside taking it, short beside an op. */
const ITEM_WORK: u32 = 1 << 19;
/** What reading a panel costs, in rows of multiply-adds. */
const PANEL_COST: u32 = 8;

/** Rows of this run. */
@inline
function rowCount(op: usize): u32 {
  const list = word(op, Product.rowList);
  return list ? load<u32>(list) : word(op, Product.rows);
}

@inline
function kRuns(op: usize, evaluation: u32): usize {
  return word(op, Product.kTable) + evaluation * word(op, Product.kTableStride);
}

@inline
function nGroups(op: usize, evaluation: u32): usize {
  return word(op, Product.nTable) + evaluation * word(op, Product.nTableStride);
}

@inline
function mostRows(op: usize): u32 {
  return mostBlockRows(word(op, Product.half));
}

/** Rows of a block, a multiple of a tile's 4 unless there is but one. */
@inline
function blockRows(op: usize, rows: u32): u32 {
  const even = ceilDivide(rows, ceilDivide(rows, mostRows(op)));
  return (even + 3) & ~3;
}

/** Panels of an item: two, a cache line of y, or a multiple of that, so that no two threads share one. */
@inline
function itemPanels(op: usize, rows: u32): u32 {
  const work = word(op, Product.k) * 16 * (min(rows, mostRows(op)) + PANEL_COST);
  return 2 * max(1, ITEM_WORK / work);
}

export function productItems(op: usize, state: usize): u32 {
  const rows = rowCount(op);
  if (rows == 0) return 0;
  const active = load<u32>(nGroups(op, word(state, State.evaluation)));
  const panels = active * word(op, Product.nPanels);
  return ceilDivide(rows, blockRows(op, rows)) * ceilDivide(panels, itemPanels(op, rows));
}

export function productScratch(op: usize): usize {
  const segments = word(op, Product.kRuns);
  const tiles = ceilDivide(min(word(op, Product.rows), mostRows(op) + TILE_ROWS), TILE_ROWS);
  const panel = word(op, Product.half) ? word(op, Product.k) * 32 : 0;
  return TILE_BYTES + segments * 8 + 16 + tiles * segments * 16 + 16 + panel;
}

/** Segments and pieces of rows: the runs of active groups. */
function findRows(
  op: usize,
  runs: usize,
  first: u32,
  last: u32,
  segments: usize,
  pointers: usize,
): void {
  const count = load<u32>(runs);
  const group = word(op, Product.kGroup);
  const stride = word(op, Product.xStride);
  let skipped: u32 = 0;
  for (let s: u32 = 0; s < count; s++) {
    const start = load<u32>(runs + 4 + (s << 3)) * group;
    const length = load<u32>(runs + 8 + (s << 3)) * group;
    store<u32>(segments + (s << 3), start << 5);
    store<u32>(segments + (s << 3) + 4, length);
    const x = word(op, Product.x) + (skipped << 2);
    for (let row = first; row < last; row += TILE_ROWS) {
      const entry = pointers + ((((row - first) >> 2) * count + s) << 4);
      for (let i: u32 = 0; i < TILE_ROWS; i++) {
        store<u32>(entry + (i << 2), x + min(row + i, last - 1) * stride);
      }
    }
    skipped += length;
  }
}

@inline
function activate(v: v128, activation: u32): v128 {
  if (activation == Activation.gelu) return gelu4(v);
  if (activation == Activation.silu) return silu4(v);
  return v;
}

/** One item: some panels of columns of a block of rows. */
export function product(op: usize, state: usize, item: u32, scratch: usize): void {
  const evaluation = word(state, State.evaluation);
  const rows = rowCount(op);
  const perBlock = blockRows(op, rows);
  const blocks = ceilDivide(rows, perBlock);
  const groups = nGroups(op, evaluation);
  const nPanels = word(op, Product.nPanels);
  const panels = load<u32>(groups) * nPanels;
  const perItem = itemPanels(op, rows);
  const first = (item % blocks) * perBlock;
  const last = min(first + perBlock, rows);
  const firstPanel = (item / blocks) * perItem;
  const lastPanel = min(firstPanel + perItem, panels);

  const runs = kRuns(op, evaluation);
  const count = load<u32>(runs);
  const segments = scratch + TILE_BYTES;
  const pointers = align16(segments + (count << 3));
  const widened = align16(pointers + ceilDivide(last - first, TILE_ROWS) * (count << 4));
  findRows(op, runs, first, last, segments, pointers);

  const half = word(op, Product.half);
  const k = word(op, Product.k);
  const nGroup = word(op, Product.nGroup);
  for (let panel = firstPanel; panel < lastPanel; panel++) {
    const active = panel / nPanels;
    const within = panel % nPanels;
    const number = load<u32>(groups + 4 + (active << 2)) * nPanels + within;
    let w = word(op, Product.weights) + number * k * (half ? 16 : 32);
    if (half) {
      for (let s: u32 = 0; s < count; s++) {
        const offset = load<u32>(segments + (s << 3));
        widen(w + (offset >> 1), widened + offset, load<u32>(segments + (s << 3) + 4));
      }
      w = widened;
    }
    const bias = word(op, Product.bias) + (number << 5);
    const column = active * nGroup + (within << 3);
    const columns = min(8, nGroup - (within << 3));
    for (let row = first; row < last; row += TILE_ROWS) {
      const height = min(TILE_ROWS, last - row);
      const entry = pointers + ((row - first) >> 2) * (count << 4);
      runTile(height, entry, segments, count, w, scratch, 32);
      finishTile(op, state, row, height, column, columns, bias, scratch);
    }
  }
}

/** Bias, activation and ending of a tile of outputs. */
function finishTile(
  op: usize,
  state: usize,
  row: u32,
  height: u32,
  column: u32,
  columns: u32,
  bias: usize,
  out: usize,
): void {
  const ending = word(op, Product.ending);
  const activation = word(op, Product.activation);
  const bias0 = v128.load(bias, 0);
  const bias1 = v128.load(bias, 16);
  const yStride = word(op, Product.yStride);
  const y = word(op, Product.y) + (column << 2);
  for (let i: u32 = 0; i < height; i++) {
    const from = out + (i << 5);
    const v0 = activate(f32x4.add(v128.load(from, 0), bias0), activation);
    const v1 = activate(f32x4.add(v128.load(from, 16), bias1), activation);
    const r = row + i;
    if (ending == Ending.store) {
      storeColumns(y + r * yStride, v0, v1, columns, from);
      continue;
    }
    if (ending == Ending.table) {
      const table =
        word(op, Product.table) +
        (r % word(op, Product.tableRows)) * word(op, Product.tableStride) +
        (column << 2);
      addColumns(y + r * yStride, table, v0, v1, columns, from);
      continue;
    }
    const list = word(op, Product.rowList);
    const token = list ? load<u32>(list + 4 + (r << 2)) : r;
    const item = word(state, State.modulationRow) + token / word(op, Product.tokens);
    const gate = word(op, Product.gate) + item * word(op, Product.modulationStride) + (column << 2);
    addGatedColumns(y + token * yStride, gate, v0, v1, columns, from);
  }
}

/** y += gate * v */
@inline
function addGatedColumns(
  y: usize,
  gate: usize,
  v0: v128,
  v1: v128,
  columns: u32,
  scratch: usize,
): void {
  if (columns == 8) {
    v128.store(y, multiplyAdd(v128.load(gate, 0), v0, v128.load(y, 0)), 0);
    v128.store(y, multiplyAdd(v128.load(gate, 16), v1, v128.load(y, 16)), 16);
    return;
  }
  loadColumns(gate, columns, scratch);
  v0 = f32x4.mul(v0, v128.load(scratch, 0));
  v1 = f32x4.mul(v1, v128.load(scratch, 16));
  addColumns(y, y, v0, v1, columns, scratch);
}
