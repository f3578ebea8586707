/** Waiting, so that tests can put a clock in its place that they move by hand. */
export interface Clock {
  /**
   * Calls `work` after that many milliseconds.
   * @returns takes it back
   */
  after(ms: number, work: () => void): () => void;
}

export const wallClock: Clock = {
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
