/** v (8), the first `columns` of them to `to`. */
@inline
export function storeColumns(to: usize, v0: v128, v1: v128, columns: u32, scratch: usize): void {
  if (columns == 8) {
    v128.store(to, v0, 0);
    v128.store(to, v1, 16);
    return;
  }
  v128.store(scratch, v0, 0);
  v128.store(scratch, v1, 16);
  memory.copy(to, scratch, columns << 2);
}

/** The first `columns` of 8 values, the others 0; reads no further. */
@inline
export function loadColumns(from: usize, columns: u32, scratch: usize): void {
  v128.store(scratch, f32x4.splat(0), 0);
  v128.store(scratch, f32x4.splat(0), 16);
  memory.copy(scratch, from, columns << 2);
}

/** y = table + v */
@inline
export function addColumns(
  y: usize,
  table: usize,
  v0: v128,
  v1: v128,
  columns: u32,
  scratch: usize,
): void {
  if (columns == 8) {
    v128.store(y, f32x4.add(v0, v128.load(table, 0)), 0);
    v128.store(y, f32x4.add(v1, v128.load(table, 16)), 16);
    return;
  }
  loadColumns(table, columns, scratch);
  storeColumns(
    y,
    f32x4.add(v0, v128.load(scratch, 0)),
    f32x4.add(v1, v128.load(scratch, 16)),
    columns,
    scratch,
  );
}

/** y = max(v, 0), or max(y + v, 0) where `adds` */
@inline
export function storePositive(
  y: usize,
  v0: v128,
  v1: v128,
  columns: u32,
  scratch: usize,
  adds: u32,
): void {
  if (adds) {
    let from = y;
    if (columns < 8) {
      // What is to be stored lies in registers: the scratch is free.
      loadColumns(y, columns, scratch);
      from = scratch;
    }
    v0 = f32x4.add(v0, v128.load(from, 0));
    v1 = f32x4.add(v1, v128.load(from, 16));
  }
  const zero = f32x4.splat(0);
  storeColumns(y, f32x4.max(v0, zero), f32x4.max(v1, zero), columns, scratch);
}
