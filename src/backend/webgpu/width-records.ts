import { DyditError } from '../../errors';
import type { LinearLayer } from '../../ops/layer';
import type { Program } from '../../ops/program';
import { activeGroups, type ActiveWidth, type Gate } from '../../ops/width';
import type { GroupRange } from './slices';

/** Words of a record before its indices. */
const headWords = 3;

/** Record of an axis without gates: one group, index 0. */
const ungated = [1, 0, 1, 0];

/** Groups whose weights a product's slices have; undefined where they lie together. */
export type SlicesOf = (layer: LinearLayer) => readonly GroupRange[] | undefined;

/** A record, and where it lies: words from the evaluation's first one. */
interface WidthRecord {
  readonly gate: Gate;
  /** Absent where it is of the whole axis. */
  readonly range?: GroupRange;
  readonly offset: number;
}

/**
 * The records that shaders/lib/width_table.wgsl reads: of each evaluation, one for every gate of a
 * program and for every slice of a weight whose columns a gate switches, after the one of axes without
 * gates.
 */
export class WidthRecords {
  readonly #label: string;
  readonly #width: ActiveWidth | undefined;
  readonly #records = new Map<string, WidthRecord>();
  /** Words of an evaluation. */
  readonly #stride: number;

  /** @throws DyditError `internal` where the program has gates and there is no width */
  constructor(
    program: Program,
    width: ActiveWidth | undefined,
    slicesOf: SlicesOf = () => undefined,
  ) {
    this.#label = program.label;
    this.#width = width;
    let words = ungated.length;
    for (const { gate, range } of rangesOf(program, slicesOf)) {
      if (!width) throw this.#misuse('has gates, and no width was given');
      if (gate.layer >= width.layers) {
        throw this.#misuse(`has layer ${gate.layer}, and the width ${width.layers} layers`);
      }
      if (this.#records.has(keyOf(gate, range))) continue;
      this.#records.set(keyOf(gate, range), { gate, range, offset: words });
      words += headWords + (range?.count ?? gate.repeat * width.units);
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

  /** Offset of the record of a gate, or of groups behind it, or of an axis without one. */
  record(gate: Gate | undefined, range?: GroupRange): number {
    return gate ? (this.#records.get(keyOf(gate, range))?.offset ?? 0) : 0;
  }

  /** Active groups of an axis behind a gate, or of a range of them, or the one group of an axis without. */
  activeCount(gate: Gate | undefined, evaluation: number, range?: GroupRange): number {
    if (!gate || !this.#width) return 1;
    return inRange(activeGroups(this.#width, gate, evaluation), range).length;
  }

  /** All records, evaluation by evaluation. */
  words(): Uint32Array<ArrayBuffer> {
    const words = new Uint32Array(this.evaluations * this.#stride);
    for (let evaluation = 0; evaluation < this.evaluations; evaluation++) {
      const base = evaluation * this.#stride;
      words.set(ungated, base);
      for (const { gate, range, offset } of this.#records.values()) {
        if (!this.#width) continue;
        const active = activeGroups(this.#width, gate, evaluation);
        const start = range?.start ?? 0;
        const own = inRange(active, range).map((index) => index - start);
        const before = active.filter((index) => index < start).length;
        words.set([active.length, before, own.length, ...own], base + offset);
      }
    }
    return words;
  }

  #misuse(problem: string): DyditError {
    return new DyditError('internal', `${this.#label} ${problem}.`);
  }
}

function keyOf({ layer, unit, repeat }: Gate, range?: GroupRange): string {
  return `${unit}.${layer}.${repeat}${range ? `.${range.start}+${range.count}` : ''}`;
}

function inRange(groups: readonly number[], range: GroupRange | undefined): readonly number[] {
  if (!range) return groups;
  return groups.filter((index) => index >= range.start && index < range.start + range.count);
}

/** Every gate of a program, and every range of groups of an axis behind one whose weights lie apart. */
function rangesOf(
  program: Program,
  slicesOf: SlicesOf,
): readonly { readonly gate: Gate; readonly range?: GroupRange }[] {
  const whole = (...gates: readonly (Gate | undefined)[]) =>
    gates.flatMap((gate) => (gate ? [{ gate }] : []));
  return program.ops.flatMap((op) => {
    switch (op.kind) {
      case 'linear': {
        const { n, k } = op;
        const slices = n && slicesOf(op.layer)?.map((range) => ({ gate: n, range }));
        return [...(slices ?? whole(n)), ...whole(k)];
      }
      case 'addGated':
        return whole(op.k);
      case 'attention':
        return whole(op.heads);
      default:
        return [];
    }
  });
}
