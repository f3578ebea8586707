import type { MachineReport, ModelInfo } from '../engine/api';
import type { RunKind } from './broken-off';
import { Journal } from './journal';
import { describeMachine, describeMachines, givesSameBits, isSameMachine } from './machines';

/** What a run goes by, and what there is to say of it. */
export interface TakenUp {
  readonly journal: Journal;
  /** Empty where the run gives the bits of a machine alone. */
  readonly words: string;
}

/**
 * What may be taken up of a run that broke off. On the machine that it was begun on that is all of
 * it, to the same bits. Pictures go on elsewhere too, and that is said; a comparison begins anew, for
 * times of two machines are none. What another model has made is no beginning.
 */
export function takeUp(
  before: Journal | undefined,
  kind: RunKind,
  { model, machine }: { readonly model: ModelInfo; readonly machine: MachineReport },
): TakenUp {
  const anew = new Journal({ identity: model.identity, machines: [machine] });
  if (!before || before.isEmpty || before.identity !== model.identity) {
    return { journal: anew, words: '' };
  }
  if (kind === 'compare') {
    const others = before.machines.filter((one) => !isSameMachine(one, machine));
    if (others.length === 0) return { journal: before, words: '' };
    const words =
      `This comparison was begun by ${describeMachines(others)} and begins anew on ${describeMachine(machine)}: ` +
      'times of two machines cannot be compared.';
    return { journal: anew, words };
  }
  const others = before.machines.filter((one) => !givesSameBits(one, machine));
  if (others.length === 0) return { journal: before, words: '' };
  const words =
    `This was begun by ${describeMachines(others)} and goes on on ${describeMachine(machine)}: it may come out ` +
    'a little different from what one of them alone makes.';
  const journal = new Journal({ ...before.data(), machines: [...others, machine] });
  return { journal, words };
}
