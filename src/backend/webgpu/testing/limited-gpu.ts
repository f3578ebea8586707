import { changedGpu, withMembers } from './changed-gpu';

/** A browser's GPU that says of its devices that no buffer or binding may be larger than `bytes`. */
export function limitedGpu(gpu: GPU, bytes: number): GPU {
  return changedGpu(gpu, (device) => {
    const limits = withMembers(device.limits, {
      maxBufferSize: bytes,
      maxStorageBufferBindingSize: bytes,
    });
    Object.defineProperty(device, 'limits', { value: limits });
  });
}
