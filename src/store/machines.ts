import type { MachineReport } from '../engine/api';

/** 'the processor, 2 threads, relaxed SIMD' */
export function describeMachine(machine: MachineReport): string {
  const { kind, description, software, precision } = machine;
  if (kind !== 'webgpu') return `the ${description.charAt(0).toLowerCase()}${description.slice(1)}`;
  const means = software ? 'WebGPU in software, without a card' : 'the graphics card';
  const how = precision === 'fast' ? ', in fast arithmetic' : '';
  return `${means} (${description})${how}`;
}

/** 'the graphics card (X) and the processor, 2 threads' */
export function describeMachines(machines: readonly MachineReport[]): string {
  return machines.map(describeMachine).join(' and ');
}

/**
 * Whether a run gives the same bits on both: for any number of threads, but not where a
 * multiply-add is rounded once on one and twice on the other.
 */
export function givesSameBits(a: MachineReport, b: MachineReport): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind === 'wasm' ? isFused(a) === isFused(b) : isSameMachine(a, b);
}

/** Whether the times of both can be compared. */
export function isSameMachine(a: MachineReport, b: MachineReport): boolean {
  return (
    a.kind === b.kind &&
    a.precision === b.precision &&
    a.description === b.description &&
    a.features.join() === b.features.join()
  );
}

function isFused({ features }: MachineReport): boolean {
  return features.includes('relaxed-simd');
}
