/** Timings of which the median is taken, and how long one takes at least. */
export const repeats = 5;
export const timingMs = 150;
export const mostRounds = 50;

/** An evaluation that takes longer than this is timed once more after the first, not five times. */
export const longMs = 3000;
