/**
 * Fixed 2-D sin-cos position table, for checkpoints that do not carry one (DiT, section 3.2; the
 * table is MAE's): the first half of the columns encodes the column of a patch, the second its row.
 * @param width D, a multiple of 4
 * @param side patches a side
 * @returns (side*side, D) row-major
 */
export function positionTable(width: number, side: number): Float32Array<ArrayBuffer> {
  const quarter = width / 4;
  const out = new Float32Array(side * side * width);
  for (let token = 0; token < side * side; token++) {
    const coordinates = [token % side, Math.floor(token / side)];
    coordinates.forEach((coordinate, axis) => {
      for (let i = 0; i < quarter; i++) {
        const angle = coordinate / 10000 ** (i / quarter);
        const start = token * width + axis * 2 * quarter + i;
        out[start] = Math.sin(angle);
        out[start + quarter] = Math.cos(angle);
      }
    });
  }
  return out;
}
