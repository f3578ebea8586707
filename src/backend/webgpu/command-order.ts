/**
 * What a lane asks of its device takes effect in the order it was asked for, also where a run waits
 * for the device in between.
 */
export class CommandOrder {
  /** Ends when all that was asked for so far has been submitted; absent where nothing waits. */
  #waiting: Promise<void> | undefined;

  /**
   * Does `work` at once where nothing waits, else after that.
   * @param work gives a promise where it has to wait itself
   */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const before = this.#waiting;
    try {
      const result = before ? before.then(work) : work();
      if (!(result instanceof Promise)) return Promise.resolve(result);
      this.#holdUntil(result);
      return result;
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
    }
  }

  /** Whether what is asked for now has to wait. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /** The same for what gives nothing back and can't fail. */
  do(work: () => void): void {
    if (this.#waiting) this.#holdUntil(this.#waiting.then(work));
    else work();
  }

  #holdUntil(end: Promise<unknown>): void {
    const settled = end.then(
      () => undefined,
      () => undefined,
    );
    this.#waiting = settled;
    void settled.then(() => {
      if (this.#waiting === settled) this.#waiting = undefined;
    });
  }
}
