/**
 * Gives the memory of arrays that nobody needs any more back at once; they are empty afterwards. What
 * is left to the collector piles up faster than it collects: a gigabyte while a large checkpoint is
 * read. Parts of a larger buffer stay, and in browsers that can't (before 2024) everything does.
 */
export function release(...arrays: readonly ArrayBufferView[]): void {
  for (const { buffer, byteLength } of arrays) {
    if (byteLength === buffer.byteLength && canTransfer(buffer)) buffer.transfer(0);
  }
}

function canTransfer(buffer: object): buffer is { transfer(byteLength: number): unknown } {
  return 'transfer' in buffer;
}
