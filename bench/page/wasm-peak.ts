const measuredMs = 300;

/** GFLOP/s of multiply-adds in registers, two flops each, by `threads` workers at once. */
export async function wasmPeak(threads: number): Promise<number> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./wasm-peak-worker.ts', import.meta.url), { type: 'module' }),
  );
  try {
    // Once to start them, once to measure while all are at work.
    await Promise.all(workers.map((worker) => ask(worker, 1)));
    const each = await Promise.all(workers.map((worker) => ask(worker, measuredMs)));
    return each.reduce((sum, gflops) => sum + gflops, 0);
  } finally {
    for (const worker of workers) worker.terminate();
  }
}

function ask(worker: Worker, ms: number): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`A worker failed: ${message}`));
    worker.postMessage(ms);
  });
}
