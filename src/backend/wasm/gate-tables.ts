import { DyditError } from '../../errors';
import type { Axis } from '../../ops/axis';
import { activeGroups, type ActiveWidth, type Gate } from '../../ops/width';

/** Words of each evaluation in a lane's memory. */
export interface GateTable {
  readonly address: number;
  /** Bytes from an evaluation to the next; 0 where all are the same. */
  readonly stride: number;
}

/** Keeps words in a lane's memory. @returns their address */
export type KeepWords = (words: Uint32Array<ArrayBuffer>) => number;

/** What the gates of a program leave active, written out for the kernels: each table once. */
export class GateTables {
  readonly #tables = new Map<string, GateTable>();

  constructor(
    private readonly width: ActiveWidth | undefined,
    private readonly keep: KeepWords,
  ) {}

  /** For each evaluation: how many groups are active, then which. */
  groups(gate: Gate | undefined, { groups }: Axis): GateTable {
    return this.#table(
      `groups ${key(gate)} ${groups}`,
      gate,
      1 + groups,
      (active) => [active.length, ...active],
      groups,
    );
  }

  /** For each evaluation: how many runs of neighbouring groups are active, then (first, groups). */
  runs(gate: Gate | undefined, { groups }: Axis): GateTable {
    const words = 1 + 2 * mostRuns(groups);
    return this.#table(`runs ${key(gate)} ${groups}`, gate, words, runsOf, groups);
  }

  /** For each evaluation: how many heads are active, then which. */
  heads(gate: Gate): GateTable {
    const width = this.#widthOf(gate);
    const once: Gate = { ...gate, repeat: 1 };
    return this.groups(once, { groups: width.units, group: 1 });
  }

  #table(
    name: string,
    gate: Gate | undefined,
    words: number,
    encode: (active: readonly number[]) => readonly number[],
    groups: number,
  ): GateTable {
    const known = this.#tables.get(name);
    if (known) return known;
    const table = gate
      ? this.#gated(gate, words, encode)
      : { address: this.keep(Uint32Array.from(encode(upTo(groups)))), stride: 0 };
    this.#tables.set(name, table);
    return table;
  }

  #gated(
    gate: Gate,
    words: number,
    encode: (active: readonly number[]) => readonly number[],
  ): GateTable {
    const width = this.#widthOf(gate);
    const table = new Uint32Array(width.evaluations * words);
    for (let evaluation = 0; evaluation < width.evaluations; evaluation++) {
      table.set(encode(activeGroups(width, gate, evaluation)), evaluation * words);
    }
    return { address: this.keep(table), stride: words * 4 };
  }

  #widthOf(gate: Gate): ActiveWidth {
    if (this.width) return this.width;
    throw new DyditError('internal', `A gate of ${gate.unit} was compiled without a width.`);
  }
}

/** Most runs that `groups` groups can have: every second one. */
export function mostRuns(groups: number): number {
  return Math.ceil(groups / 2);
}

function runsOf(active: readonly number[]): readonly number[] {
  const runs: { readonly first: number; count: number }[] = [];
  for (const group of active) {
    const run = runs.at(-1);
    if (run && run.first + run.count === group) run.count++;
    else runs.push({ first: group, count: 1 });
  }
  return [runs.length, ...runs.flatMap(({ first, count }) => [first, count])];
}

function key(gate: Gate | undefined): string {
  return gate ? `${gate.unit} ${gate.layer} ${gate.repeat}` : 'all';
}

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
