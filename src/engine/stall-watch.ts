import type { Clock } from '../clock';
import { eitherSignal } from './either-signal';

/** Ends something that shows no sign of life for a while, that is over, or that nobody wants any more. */
export class StallWatch {
  readonly #own = new AbortController();
  /** Aborted where nothing was heard for too long, at the end, or where the outer signal was. */
  readonly signal: AbortSignal;
  #hasStalled = false;
  #takeBack: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly patienceMs: number,
    outer?: AbortSignal,
  ) {
    const own = this.#own.signal;
    this.signal = outer ? eitherSignal([own, outer]) : own;
    this.alive();
  }

  get hasStalled(): boolean {
    return this.#hasStalled;
  }

  /** Something was heard: the time begins anew. */
  alive(): void {
    this.#takeBack();
    this.#takeBack = this.clock.after(this.patienceMs, () => {
      this.#hasStalled = true;
      this.#own.abort();
    });
  }

  /** Whatever would still come is of no use; what has ended does not mind. */
  end(): void {
    this.#takeBack();
    this.#own.abort();
  }
}
