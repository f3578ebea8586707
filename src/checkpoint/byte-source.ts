import { broken } from './failure';

/** Random access to a file's bytes; nothing is read before it is asked for. */
export class ByteSource {
  readonly size: number;

  constructor(private readonly blob: Blob) {
    this.size = blob.size;
  }

  /**
   * Reads exactly `length` bytes at `offset`.
   *
   * @throws DyditError `checkpoint-broken` where the range leaves the file or the file got shorter
   */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const end = offset + length;
    const inside = offset >= 0 && length >= 0 && Number.isSafeInteger(end) && end <= this.size;
    if (!inside) {
      throw broken(
        `Bytes ${offset} to ${end} were needed, but the file has only ${this.size} bytes.`,
      );
    }
    const bytes = new Uint8Array(await this.blob.slice(offset, end).arrayBuffer());
    if (bytes.length !== length) {
      throw broken(`Reading ${length} bytes at byte ${offset} gave ${bytes.length}.`);
    }
    return bytes;
  }
}
