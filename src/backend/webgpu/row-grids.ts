import type { Op, SelectTokensOp } from '../../ops/op';
import type { Program } from '../../ops/program';
import type { BufferArena } from './gpu/buffer';

/** How a kernel cuts its output into tiles, as shaders/compact_tokens.wgsl reads it. */
export interface RowGrid {
  /** Of the active groups of its columns. */
  readonly record: number;
  /** Columns of a group, in vec4. */
  readonly group: number;
  /** In vec4. */
  readonly tileColumns: number;
  readonly tileRows: number;
}

/** Words of a `RowGrid`, and of an indirect grid. */
const rowGridWords = 4;
const gridWords = 3;

/** Which grids an op that selects rows has to make. */
export interface GridRange {
  readonly first: number;
  readonly count: number;
}

/**
 * The grids of ops on selected rows. How many rows there are is known on the device only, so the op
 * that selects them also writes the grid of every op that works on them.
 */
export class RowGrids {
  readonly #indexOf = new Map<Op, number>();
  readonly #ranges = new Map<Op, GridRange>();
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #arena: BufferArena;
  /** (kernels) of `RowGrid`. */
  readonly rowGrids: GPUBuffer;
  /** (kernels, 3) */
  readonly grids: GPUBuffer;

  constructor(program: Program, arena: BufferArena) {
    for (const [step, op] of program.ops.entries()) {
      if (op.kind !== 'selectTokens') continue;
      const first = this.#indexOf.size;
      for (const user of usersOf(program, op, step)) {
        this.#indexOf.set(user, this.#indexOf.size);
      }
      this.#ranges.set(op, { first, count: this.#indexOf.size - first });
    }
    this.#words = new Uint32Array(this.#indexOf.size * rowGridWords);
    this.#arena = arena;
    this.rowGrids = arena.create('rowGrids', this.#words.byteLength);
    const bytes = 4 * gridWords * this.#indexOf.size;
    this.grids = arena.create('grids', bytes, GPUBufferUsage.INDIRECT);
  }

  rangeOf(op: SelectTokensOp): GridRange {
    return this.#ranges.get(op) ?? { first: 0, count: 0 };
  }

  /**
   * Where the grid of an op stands; nothing where its rows are not selected by this program.
   * @returns byte offset in `grids`
   */
  claim(op: Op, { record, group, tileColumns, tileRows }: RowGrid): number | undefined {
    const index = this.#indexOf.get(op);
    if (index === undefined) return undefined;
    this.#words.set([record, group, tileColumns, tileRows], index * rowGridWords);
    return 4 * gridWords * index;
  }

  /** To be called when every op has claimed its grid. */
  upload(): void {
    this.#arena.write(this.rowGrids, this.#words);
  }
}

/** Ops after step `step` that work on the rows which it selects. */
function usersOf(program: Program, { rows }: SelectTokensOp, step: number): readonly Op[] {
  const users: Op[] = [];
  for (const op of program.ops.slice(step + 1)) {
    if (op.kind === 'selectTokens' && op.rows === rows) break;
    if ('rows' in op && op.kind !== 'selectTokens' && op.rows === rows) users.push(op);
  }
  return users;
}
