/**
 * Gives the memory of arrays that nobody needs any more back at once; they are empty afterwards. What
 * is left to the collector piles up faster than it collects: a gigabyte while a large checkpoint is
 * read. Parts of a larger buffer stay, and in browsers that can't (before 2024) everything does.
 */
export function release(...arrays: readonly ArrayBufferView[]): void {
  const whole = arrays.filter(({ buffer, byteLength }) => byteLength === buffer.byteLength);
  // Two views may be of one buffer, and what was given back already is of no length.
  for (const buffer of new Set(whole.map((array) => array.buffer))) {
    if (buffer.byteLength > 0 && canTransfer(buffer)) buffer.transfer(0);
  }
}

function canTransfer(buffer: object): buffer is { transfer(byteLength: number): unknown } {
  return 'transfer' in buffer;
}
