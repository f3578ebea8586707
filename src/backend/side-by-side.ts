/**
 * Waits for all of `work`, also where a part fails, so that no lane is still busy when its memory
 * is freed.
 * @throws what the first part that failed has thrown
 */
export async function sideBySide<T>(work: readonly (T | Promise<T>)[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  const values: T[] = [];
  for (const result of results) {
    if (result.status === 'rejected') throw result.reason;
    values.push(result.value);
  }
  return values;
}
