import type { Gpu } from '../gpu/device';
import { StagingPool } from '../gpu/staging-pool';

/**
 * Copies a buffer back to the CPU.
 * @returns `byteLength` bytes from the start of `buffer`
 */
export async function readBuffer(
  gpu: Gpu,
  buffer: GPUBuffer,
  byteLength = buffer.size,
): Promise<ArrayBuffer> {
  const pool = new StagingPool(gpu, () => false);
  try {
    const length = Math.ceil(byteLength / 4) * 4;
    return (await pool.read(buffer, { start: 0, length })).slice(0, byteLength);
  } finally {
    pool.destroy();
  }
}
