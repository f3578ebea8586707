/**
 * Decides when a preview is worth its time: previews may take at most a fifth of the time that has
 * gone into sampling, and never overlap.
 */
export class PreviewBudget {
  #spentMs = 0;
  #busy = false;
  #started = 0;
  #lastCostMs: number;

  /** @param estimateMs guess of the first preview's cost */
  constructor(estimateMs: number) {
    this.#lastCostMs = estimateMs;
  }

  /** @param elapsedMs since sampling began, previews included */
  affordable(elapsedMs: number): boolean {
    return !this.#busy && (this.#spentMs + this.#lastCostMs) * 5 <= elapsedMs;
  }

  begin(now: number): void {
    this.#busy = true;
    this.#started = now;
  }

  end(now: number): void {
    this.#busy = false;
    this.#lastCostMs = now - this.#started;
    this.#spentMs += this.#lastCostMs;
  }
}
