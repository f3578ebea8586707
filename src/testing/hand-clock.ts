import type { Clock } from '../clock';

/** A clock that stands still until a test moves it. */
export class HandClock implements Clock {
  #now = 0;
  readonly #due = new Map<() => void, number>();

  after(ms: number, work: () => void): () => void {
    const once = () => work();
    this.#due.set(once, this.#now + ms);
    return () => this.#due.delete(once);
  }

  /** How many wait for their time. */
  get waiting(): number {
    return this.#due.size;
  }

  /** Everything that falls due on the way happens in its order. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const first = [...this.#due].toSorted(([, a], [, b]) => a - b).at(0);
      if (!first || first[1] > end) break;
      const [work, at] = first;
      this.#due.delete(work);
      this.#now = at;
      work();
    }
    this.#now = end;
  }
}
