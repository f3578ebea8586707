/**
 * What a lane asks of its device takes effect in the order it was asked for, also where a run waits
 * for the device in between.
 */
export class CommandOrder {
  /** Ends when all that was asked for so far has been submitted; absent where nothing waits. */
  #waiting: Promise<void> | undefined;
  /** What failed while it waited, when nobody was there any more to be told. */
  #failures: Error[] = [];

  /**
   * Does `work` at once where nothing waits, else after that.
   * @param work gives a promise where it has to wait itself
   * @throws what `work` throws; in its place, what failed of `do` before it
   */
  run<T>(work: () => T | Promise<T>): Promise<T> {
    const before = this.#waiting;
    const next = (): T | Promise<T> => {
      const failure = this.#failures.splice(0).at(0);
      if (failure) throw failure;
      return work();
    };
    try {
      const result = before ? before.then(next) : next();
      if (!(result instanceof Promise)) return Promise.resolve(result);
      this.#holdUntil(result);
      return result;
    } catch (thrown) {
      return Promise.reject(errorOf(thrown));
    }
  }

  /** Whether what is asked for now has to wait. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /**
   * The same for what gives nothing back. What fails while it waits is told by the next `run`.
   * @throws what `work` throws where nothing waits
   */
  do(work: () => void): void {
    if (!this.#waiting) {
      work();
      return;
    }
    const done = this.#waiting.then(work);
    this.#holdUntil(done.catch((thrown: unknown) => this.#failures.push(errorOf(thrown))));
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

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
