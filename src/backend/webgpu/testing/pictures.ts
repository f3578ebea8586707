import { paddedChannels } from '../kernels/conv';
import { encodeDispatches, type Dispatch } from '../kernels/dispatch';
import type { TestBed } from './test-bed';

/** Rows of `channels` numbers, each zero-padded to a multiple of 4, as pictures lie in memory. */
export function padChannels(
  values: ArrayLike<number>,
  channels: number,
): Float32Array<ArrayBuffer> {
  const stride = paddedChannels(channels);
  const out = new Float32Array((values.length / channels) * stride);
  for (let i = 0; i < values.length; i++) {
    out[Math.floor(i / channels) * stride + (i % channels)] = values[i];
  }
  return out;
}

/** Runs dispatches in order and frees what they own. */
export function runDispatches(bed: TestBed, dispatches: readonly Dispatch[]): void {
  const encoder = bed.gpu.device.createCommandEncoder({ label: 'Test' });
  const pass = encoder.beginComputePass();
  encodeDispatches(pass, dispatches);
  pass.end();
  bed.gpu.device.queue.submit([encoder.finish()]);
  for (const { kernel } of dispatches) kernel.destroy();
}
