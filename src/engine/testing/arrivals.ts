/** How much of a file has arrived, for a server that waits for it. */
export class Arrivals {
  private received = 0;
  private readonly waiting = new Map<() => void, number>();

  /** To be told of a transfer's progress. */
  readonly onProgress = (received: number): void => {
    this.received = received;
    for (const [resolve, bytes] of this.waiting) if (received >= bytes) resolve();
  };

  /** Settles once so many bytes are there. */
  readonly of = (bytes: number): Promise<void> =>
    new Promise((resolve) => {
      this.waiting.set(resolve, bytes);
      this.onProgress(this.received);
    });
}
