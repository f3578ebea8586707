import type { Clock } from '../clock';

/** Ends something that shows no sign of life for a while, or that nobody wants any more. */
export class StallWatch {
  readonly #stalled = new AbortController();
  /** Aborted where nothing was heard for too long, or the outer signal was. */
  readonly signal: AbortSignal;
  #takeBack: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly patienceMs: number,
    outer?: AbortSignal,
  ) {
    const own = this.#stalled.signal;
    this.signal = outer ? AbortSignal.any([own, outer]) : own;
    this.alive();
  }

  get hasStalled(): boolean {
    return this.#stalled.signal.aborted;
  }

  /** Something was heard: the time begins anew. */
  alive(): void {
    this.#takeBack();
    this.#takeBack = this.clock.after(this.patienceMs, () => this.#stalled.abort());
  }

  /** Watches no longer. */
  end(): void {
    this.#takeBack();
  }
}
