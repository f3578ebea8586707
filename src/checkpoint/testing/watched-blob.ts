/**
 * A file that counts what is read from it, and fails the test where a read leaves it. Only `slice`
 * may be used: reading it whole is a fault.
 */
export class WatchedBlob extends Blob {
  reads = 0;
  bytesRead = 0;

  override slice(start = 0, end = this.size): Blob {
    if (!(start >= 0 && start <= end && end <= this.size)) {
      throw new Error(`read of bytes ${start} to ${end} of ${this.size}`);
    }
    this.reads += 1;
    this.bytesRead += end - start;
    return super.slice(start, end);
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    throw new Error('the whole file was read');
  }
}
