import { DyditError } from '../../errors';
import type { Axis } from '../../ops/axis';
import type { Op, SelectTokensOp, TensorId } from '../../ops/op';
import type { Program } from '../../ops/program';
import type { Tensor } from '../../ops/tensor';
import type { Gate } from '../../ops/width';
import type { Precision } from '../backend';
import type { Grid } from './dispatch';
import type { BufferArena } from './gpu/buffer';
import type { Bindings, BoundKernel, GridSize, Kernel, Uniforms } from './gpu/kernel';
import type { UniformBuffer } from './gpu/uniform';
import type { KernelLibrary } from './kernel-library';
import { inVectors, paddedGroup, paddedLength, rowStride } from './layout';
import type { Pace } from './pace';
import type { GroupRange } from './slices';
import type { VariantChoice } from './variants/choice';
import type { GpuWeights } from './weights';
import type { WidthRecords } from './width-records';

/** What the ops of one program are bound to. */
export interface CompilationParts {
  readonly program: Program;
  readonly library: KernelLibrary;
  readonly choice: VariantChoice;
  readonly precision: Precision;
  readonly pace: Pace;
  readonly weights: GpuWeights;
  /** Owns what is made for the program. */
  readonly arena: BufferArena;
  /** By the tensor's id; undefined where no dispatch writes it. */
  readonly buffers: readonly (GPUBuffer | undefined)[];
  readonly step: UniformBuffer;
  readonly records: WidthRecords;
  readonly widthTable: GPUBuffer;
}

/** Tiles over rows and active columns. */
export interface Tiling {
  readonly columns: Axis;
  readonly gate?: Gate;
  /** Groups behind the gate that the dispatch makes; all where absent. */
  readonly range?: GroupRange;
  /** Tiles of rows that the dispatch makes. */
  readonly rowTiles: number;
  /** Columns of a tile, in vec4. */
  readonly tileColumns: number;
}

/** Which tokens are the rows of an op, as lib/rows_*.wgsl know it. */
export interface RowSource {
  /** Whether they are the kept ones. */
  readonly kept: boolean;
  readonly bindings: Bindings;
  readonly uniforms: Uniforms;
}

/** A program on its way to commands: what every op's binder asks for. */
export class Compilation {
  readonly program: Program;
  readonly library: KernelLibrary;
  readonly choice: VariantChoice;
  readonly precision: Precision;
  readonly pace: Pace;
  readonly weights: GpuWeights;
  readonly arena: BufferArena;
  readonly step: UniformBuffer;
  readonly records: WidthRecords;
  readonly widthTable: GPUBuffer;
  readonly #buffers: readonly (GPUBuffer | undefined)[];
  readonly #shared = new Map<string, GPUBuffer>();

  constructor(parts: CompilationParts) {
    this.program = parts.program;
    this.library = parts.library;
    this.choice = parts.choice;
    this.precision = parts.precision;
    this.pace = parts.pace;
    this.weights = parts.weights;
    this.arena = parts.arena;
    this.step = parts.step;
    this.records = parts.records;
    this.widthTable = parts.widthTable;
    this.#buffers = parts.buffers;
  }

  tensor(id: TensorId): Tensor {
    return this.program.tensors[id];
  }

  /** @throws DyditError `internal` where no op has made it */
  buffer(id: TensorId): GPUBuffer {
    const buffer = this.#buffers[id];
    if (buffer) return buffer;
    throw this.misuse(`tensor ${id} is read before anything has written it`);
  }

  /** Rows of `axis`. @throws DyditError `internal` where the tensor has other rows */
  rows(id: TensorId, axis: Axis): GPUBuffer {
    const tensor = this.tensor(id);
    if (rowStride(tensor) === paddedLength(axis)) return this.buffer(id);
    throw this.misuse(
      `rows of ${paddedLength(axis)} elements were expected; tensor ${id} (${tensor.external ?? 'internal'}) has ${rowStride(tensor)}`,
    );
  }

  /** Elements without gaps. @throws DyditError `internal` where there are some */
  dense(id: TensorId): GPUBuffer {
    const tensor = this.tensor(id);
    if (rowStride(tensor) === tensor.axis.groups * tensor.axis.group) return this.buffer(id);
    throw this.misuse(`tensor ${id} (${tensor.external ?? 'internal'}) must be dense`);
  }

  /** A kernel with its buffers, freed with the program; see `Kernel.bind`. */
  bind(kernel: Kernel, name: string, buffers: Bindings, uniforms: Uniforms): BoundKernel {
    return this.arena.adopt(kernel.bind(name, buffers, uniforms));
  }

  /** A buffer that ops of this program share, made at the first call with its name. */
  shared(name: string, make: (arena: BufferArena) => GPUBuffer): GPUBuffer {
    const known = this.#shared.get(name);
    if (known) return known;
    const buffer = make(this.arena);
    this.#shared.set(name, buffer);
    return buffer;
  }

  /**
   * The rows of an op: all `count` tokens, or those that a router has kept.
   * @param op where it stands in the program, its router before it
   * @param firstTile first tile of rows that a dispatch makes
   * @throws DyditError `internal` where there is no such router
   */
  rowSource(op: Op, list: TensorId | undefined, count: number, firstTile = 0): RowSource {
    if (list === undefined) {
      const uniforms = { row_dims: { tokens: count, kept_start: 0, first_tile: firstTile } };
      return { kept: false, bindings: {}, uniforms };
    }
    const router = this.#routerOf(op, list);
    const tokens = this.tensor(router.x).rows;
    return {
      kept: true,
      bindings: { kept: this.dense(router.kept) },
      uniforms: {
        row_dims: { tokens, kept_start: router.keptRow * tokens, first_tile: firstTile },
      },
    };
  }

  /** Grid of a product, as few tiles of columns as are active. */
  tileGrid({ columns, gate, range, rowTiles, tileColumns }: Tiling): Grid {
    const group = inVectors(gate ? paddedGroup(columns) : paddedLength(columns));
    const sizeOf = (evaluation: number): GridSize => [
      Math.ceil((this.records.activeCount(gate, evaluation, range) * group) / tileColumns),
      rowTiles,
      1,
    ];
    if (!gate) return { kind: 'fixed', size: sizeOf(0) };
    const sizes = Array.from({ length: this.records.evaluations }, (_, i) => sizeOf(i));
    return { kind: 'width', sizes };
  }

  /** Label of an op's kernel. */
  name(op: Op, part = ''): string {
    const layer = 'layer' in op ? `.${op.layer.name}` : '';
    return `${this.program.label}.${op.kind}${layer}${part && `.${part}`}`;
  }

  #routerOf(op: Op, list: TensorId): SelectTokensOp {
    const before = this.program.ops.slice(0, this.program.ops.indexOf(op));
    const router = before.findLast((other) => other.kind === 'selectTokens' && other.rows === list);
    if (router?.kind === 'selectTokens') return router;
    throw this.misuse('the rows of an op are those that a router of its program keeps');
  }

  misuse(problem: string): DyditError {
    return new DyditError('internal', `${this.program.label}: ${problem}.`);
  }

  /** @throws DyditError `checkpoint-unsupported` */
  unsupported(problem: string): DyditError {
    return new DyditError(
      'checkpoint-unsupported',
      `${this.program.label}: ${problem}.`,
      'Use a model of another shape, or run it on the processor.',
    );
  }
}
