import type { TensorId } from './op';
import { readsOf, writesOf, type Program } from './program';
import type { Tensor } from './tensor';

/** What a step of a program touches. */
interface Uses {
  readonly reads: readonly TensorId[];
  readonly writes: readonly TensorId[];
}

/** Where the tensors of a program that are not external are kept. */
export interface SlotPlan {
  /** Slot of a tensor by its id; undefined for external ones. */
  readonly slotOf: readonly (number | undefined)[];
  /** Size that each slot must have, in the units of `sizeOf`. */
  readonly sizes: readonly number[];
}

/**
 * Shares storage between tensors that are never needed at the same time: a slot is free again after
 * the last op that reads its tensor, and an op's outputs never lie where its inputs do.
 * @param sizeOf size of a tensor as the backend lays it out
 * @param steps what is done at a time, where that is not one op after another; a tensor that no step
 * writes has no slot
 */
export function planSlots(
  program: Program,
  sizeOf: (tensor: Tensor) => number,
  steps: readonly Uses[] = program.ops.map((op) => ({ reads: readsOf(op), writes: writesOf(op) })),
): SlotPlan {
  const lastUse = lastUses(program, steps);
  const slotOf: (number | undefined)[] = program.tensors.map(() => undefined);
  const sizes: number[] = [];
  const free = new Set<number>();
  for (const [step, { reads, writes }] of steps.entries()) {
    for (const id of writes) {
      const tensor = program.tensors[id];
      if (tensor.external !== undefined || slotOf[id] !== undefined) continue;
      const need = sizeOf(tensor);
      const slot = bestSlot(free, sizes, need);
      free.delete(slot);
      sizes[slot] = Math.max(sizes.at(slot) ?? 0, need);
      slotOf[id] = slot;
    }
    for (const id of new Set([...reads, ...writes])) {
      const slot = slotOf[id];
      if (slot !== undefined && lastUse[id] === step) free.add(slot);
    }
  }
  return { slotOf, sizes };
}

/** Index of the last step that touches each tensor. */
function lastUses(program: Program, steps: readonly Uses[]): readonly number[] {
  const last: number[] = program.tensors.map(() => -1);
  for (const [step, { reads, writes }] of steps.entries()) {
    for (const id of [...reads, ...writes]) last[id] = step;
  }
  return last;
}

/** How many times too large a slot may be: small tensors would keep large ones from their places. */
const mostRoom = 8;

/** The free slot that grows least, then the smallest; a new one where none is free or fits. */
function bestSlot(free: ReadonlySet<number>, sizes: readonly number[], need: number): number {
  const growth = (slot: number): number => Math.max(0, need - sizes[slot]);
  const best = [...free]
    .filter((slot) => sizes[slot] <= mostRoom * need)
    .sort((a, b) => growth(a) - growth(b) || sizes[a] - sizes[b])
    .at(0);
  return best ?? sizes.length;
}
