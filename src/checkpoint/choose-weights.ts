import type { NamedWeights } from './weight-sets';

/** How a set of weights is offered. */
export interface WeightsChoice {
  /** Where it lies in the file; empty for the file itself. */
  readonly name: string;
  readonly tensors: number;
}

const averaged = /(^|[._])(ema|averaged?|shadow|swa)([._]|\d|$)|ema$/i;
/** Where training scripts put the weights, best first: the moving average makes better pictures. */
const usualNames: readonly string[] = [
  'ema',
  'model',
  'state_dict',
  'model_state_dict',
  'net',
  'network',
  'module',
  'weights',
  'params',
];

/**
 * Sets of weights with the likeliest first: networks that can be run before others, moving averages
 * before what they are averages of, then the usual names, then as the file has them.
 *
 * @param canRun says whether a set is a network that the engine runs
 */
export function orderWeights<T>(
  sets: readonly NamedWeights<T>[],
  canRun: (set: NamedWeights<T>) => boolean,
): readonly NamedWeights<T>[] {
  const rank = new Map(sets.map((set) => [set, [canRun(set) ? 0 : 1, nameRank(set.name)]]));
  const of = (set: NamedWeights<T>) => rank.get(set) ?? [0, 0];
  // A sort that keeps the order of equals keeps the file's.
  return sets.toSorted((a, b) => of(a)[0] - of(b)[0] || of(a)[1] - of(b)[1]);
}

function nameRank(name: string): number {
  if (averaged.test(name)) return -1;
  const usual = usualNames.indexOf(name);
  return usual < 0 ? usualNames.length : usual;
}
