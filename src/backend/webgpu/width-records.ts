import { DyditError } from '../../errors';
import type { Program } from '../../ops/program';
import { activeGroups, type ActiveWidth, type Gate } from '../../ops/width';

/** Record of an axis without gates: one group, index 0. */
const ungated = [1, 0];

/**
 * The records that shaders/lib/width_table.wgsl reads: of each evaluation, one for every gate of a
 * program, after the one of axes without gates.
 */
export class WidthRecords {
  readonly #label: string;
  readonly #width: ActiveWidth | undefined;
  /** By the gate's key, its record's offset from the evaluation's first word. */
  readonly #records = new Map<string, { readonly gate: Gate; readonly offset: number }>();
  /** Words of an evaluation. */
  readonly #stride: number;

  /** @throws DyditError `internal` where the program has gates and there is no width */
  constructor(program: Program, width: ActiveWidth | undefined) {
    this.#label = program.label;
    this.#width = width;
    let words = ungated.length;
    for (const gate of gatesOf(program)) {
      if (!width) throw this.#misuse('has gates, and no width was given');
      if (gate.layer >= width.layers) {
        throw this.#misuse(`has layer ${gate.layer}, and the width ${width.layers} layers`);
      }
      if (this.#records.has(keyOf(gate))) continue;
      this.#records.set(keyOf(gate), { gate, offset: words });
      words += 1 + gate.repeat * width.units;
    }
    this.#stride = words;
  }

  /** Evaluations that have records of their own. */
  get evaluations(): number {
    return this.#width && this.#records.size > 0 ? this.#width.evaluations : 1;
  }

  /** First word of an evaluation. @throws DyditError `internal` where it has no records */
  base(evaluation: number): number {
    if (this.#records.size === 0) return 0;
    if (evaluation < this.evaluations) return evaluation * this.#stride;
    throw this.#misuse(`has ${this.evaluations} evaluations; number ${evaluation} was asked for`);
  }

  /** Offset of the record of a gate, or of an axis without one. */
  record(gate: Gate | undefined): number {
    return gate ? (this.#records.get(keyOf(gate))?.offset ?? 0) : 0;
  }

  /** Active groups of an axis behind a gate, or the one group of an axis without. */
  activeCount(gate: Gate | undefined, evaluation: number): number {
    if (!gate || !this.#width) return 1;
    return activeGroups(this.#width, gate, evaluation).length;
  }

  /** All records, evaluation by evaluation. */
  words(): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(this.evaluations * this.#stride);
    for (let evaluation = 0; evaluation < this.evaluations; evaluation++) {
      const base = evaluation * this.#stride;
      words.set(ungated, base);
      for (const { gate, offset } of this.#records.values()) {
        if (!this.#width) continue;
        const active = activeGroups(this.#width, gate, evaluation);
        words.set([active.length, ...active], base + offset);
      }
    }
    return words;
  }

  #misuse(problem: string): DyditError {
    return new DyditError('internal', `${this.#label} ${problem}.`);
  }
}

function keyOf({ layer, unit, repeat }: Gate): string {
  return `${unit}.${layer}.${repeat}`;
}

/** Every gate of a program. */
function gatesOf(program: Program): readonly Gate[] {
  return program.ops
    .flatMap((op) => {
      switch (op.kind) {
        case 'linear':
          return [op.n, op.k];
        case 'addGated':
          return [op.k];
        case 'attention':
          return [op.heads];
        default:
          return [];
      }
    })
    .filter((gate) => gate !== undefined);
}
