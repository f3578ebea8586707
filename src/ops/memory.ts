import type { Program } from './program';
import { planSlots } from './slots';
import { elementCount } from './tensor';

/** What a program works in besides its weights, in bytes and without what a backend adds. */
export interface WorkingMemory {
  /** Of all tensors, those that share a place counted once. */
  readonly bytes: number;
  /** Of the largest tensor. */
  readonly largest: number;
}

const wordBytes = 4;

export function workingMemory(program: Program): WorkingMemory {
  const { sizes } = planSlots(program, elementCount);
  const external = program.tensors.filter((tensor) => tensor.external !== undefined);
  const elements = [...sizes, ...external.map(elementCount)];
  return {
    bytes: wordBytes * elements.reduce((sum, size) => sum + size, 0),
    largest: wordBytes * Math.max(0, ...elements),
  };
}
