import type { BoundKernel } from '../gpu/kernel';

/** A bound kernel and the grid it runs on: one line of a forward pass. */
export interface Dispatch {
  readonly kernel: BoundKernel;
  /** Workgroups along x, y, z. */
  readonly grid: readonly [number, number, number];
}

/** Encodes dispatches in order; WebGPU makes each see what the ones before it wrote. */
export function encodeDispatches(
  pass: GPUComputePassEncoder,
  dispatches: readonly Dispatch[],
): void {
  for (const { kernel, grid } of dispatches) kernel.dispatch(pass, ...grid);
}
