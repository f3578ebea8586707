/** The longest that a timer takes, in milliseconds. */
const longestTimer = 2 ** 31 - 1;

/**
 * Keeps Node's process alive until the work is done. A promise alone does not, nor do the threads
 * of a backend, so that an engine at rest lets the process end.
 */
export async function keepAlive<T>(work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => undefined, longestTimer);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
