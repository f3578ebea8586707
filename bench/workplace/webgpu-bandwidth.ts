/** Bytes that are copied at once; more than any cache of a card holds. */
const copied = 64 * 2 ** 20;
const repeats = 3;
const targetMs = 60;

/** 10^9 bytes a second that a device reads and writes in copies, the best of several tries. */
export async function webgpuBandwidth(device: GPUDevice): Promise<number> {
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const make = () => device.createBuffer({ label: 'Bench.bandwidth', size: copied, usage });
  const [from, to] = [make(), make()];
  const time = async (copies: number): Promise<number> => {
    const encoder = device.createCommandEncoder({ label: 'Bench.bandwidth' });
    for (let i = 0; i < copies; i++) encoder.copyBufferToBuffer(from, 0, to, 0, copied);
    const start = performance.now();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    return performance.now() - start;
  };
  try {
    await time(1);
    const once = await time(1);
    const copies = Math.max(1, Math.min(256, Math.round(targetMs / once)));
    const times: number[] = [];
    for (let i = 0; i < repeats; i++) times.push(await time(copies));
    return (2 * copied * copies) / (Math.min(...times) * 1e6);
  } finally {
    from.destroy();
    to.destroy();
  }
}
