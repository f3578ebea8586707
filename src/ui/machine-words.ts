import type { MachineReport } from '../engine/api';

/** 'the processor, 2 threads (AMD EPYC)' */
export function describeMachine({ kind, description, software, threads }: MachineReport): string {
  if (kind === 'webgpu') {
    return `${software ? 'WebGPU in software, without a card' : 'the graphics card'} (${description})`;
  }
  return `the processor, ${threads === 1 ? 'one thread' : `${threads} threads`} (${description})`;
}
