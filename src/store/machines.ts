import type { MachineReport } from '../engine/api';

/** 'the processor, 2 threads, relaxed SIMD' */
export function describeMachine({ kind, description, software }: MachineReport): string {
  if (kind !== 'webgpu') return `the ${description.charAt(0).toLowerCase()}${description.slice(1)}`;
  const means = software ? 'WebGPU in software, without a card' : 'the graphics card';
  return `${means} (${description})`;
}
