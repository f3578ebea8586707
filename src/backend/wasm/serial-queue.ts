/** Does one thing after the other, in the order they were asked for. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Does `work` when everything asked for before is done, whether or not that failed. */
  async add<T>(work: () => T | Promise<T>): Promise<T> {
    this.#waiting++;
    const done = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Does `work` at once where nothing is under way, else in its turn. It must not throw. */
  addQuick(work: () => void): void {
    if (this.#waiting === 0) work();
    else void this.add(work);
  }

  /** True while something is under way or waits. */
  get busy(): boolean {
    return this.#waiting > 0;
  }
}
