/**
 * How long a queue takes to say that nothing is left to do. Firefox looks every 100 ms
 * (https://bugzilla.mozilla.org/show_bug.cgi?id=1870699), others answer within a millisecond. Delete
 * when the oldest browser that the README names answers at once.
 */
export async function queueTickMs(queue: Pick<GPUQueue, 'onSubmittedWorkDone'>): Promise<number> {
  const waits: number[] = [];
  for (let i = 0; i < 2; i++) {
    const start = performance.now();
    await queue.onSubmittedWorkDone();
    waits.push(performance.now() - start);
  }
  // The first one may meet the tick halfway, or a process that is only starting.
  return Math.max(1, waits[1]);
}
