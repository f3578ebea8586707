import { DyditError } from '../../errors';
import type { Axis } from '../../ops/axis';
import type { Op, TensorId } from '../../ops/op';
import type { Program } from '../../ops/program';
import type { Tensor } from '../../ops/tensor';
import type { Gate } from '../../ops/width';
import type { Grid } from './dispatch';
import type { BufferArena } from './gpu/buffer';
import type { Bindings, BoundKernel, GridSize, Kernel, Uniforms } from './gpu/kernel';
import type { UniformBuffer } from './gpu/uniform';
import type { KernelLibrary } from './kernel-library';
import { inVectors, paddedGroup, paddedLength, rowStride } from './layout';
import type { RowGrids } from './row-grids';
import type { GpuWeights } from './weights';
import type { WidthRecords } from './width-records';

/** What the ops of one program are bound to. */
export interface CompilationParts {
  readonly program: Program;
  readonly library: KernelLibrary;
  readonly weights: GpuWeights;
  /** Owns what is made for the program. */
  readonly arena: BufferArena;
  /** By the tensor's id. */
  readonly buffers: readonly GPUBuffer[];
  readonly step: UniformBuffer;
  readonly records: WidthRecords;
  readonly widthTable: GPUBuffer;
  readonly rowGrids: RowGrids;
}

/** Tiles over rows and active columns. */
export interface Tiling {
  readonly columns: Axis;
  readonly gate?: Gate;
  readonly rows: number;
  /** In vec4. */
  readonly tileColumns: number;
  readonly tileRows: number;
}

/** A program on its way to commands: what every op's binder asks for. */
export class Compilation {
  readonly program: Program;
  readonly library: KernelLibrary;
  readonly weights: GpuWeights;
  readonly arena: BufferArena;
  readonly step: UniformBuffer;
  readonly records: WidthRecords;
  readonly widthTable: GPUBuffer;
  readonly rowGrids: RowGrids;
  readonly #buffers: readonly GPUBuffer[];
  readonly #shared = new Map<string, GPUBuffer>();

  constructor(parts: CompilationParts) {
    this.program = parts.program;
    this.library = parts.library;
    this.weights = parts.weights;
    this.arena = parts.arena;
    this.step = parts.step;
    this.records = parts.records;
    this.widthTable = parts.widthTable;
    this.rowGrids = parts.rowGrids;
    this.#buffers = parts.buffers;
  }

  tensor(id: TensorId): Tensor {
    return this.program.tensors[id];
  }

  buffer(id: TensorId): GPUBuffer {
    return this.#buffers[id];
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

  /** The row list of an op: those given, or all of `count`. (1 + rows): how many, then which. */
  rowList(rows: TensorId | undefined, count: number): GPUBuffer {
    if (rows !== undefined) return this.dense(rows);
    return this.shared(`allRows${count}`, (arena) => {
      const list = Uint32Array.from({ length: count + 1 }, (_, i) => (i === 0 ? count : i - 1));
      return arena.upload(`allRows${count}`, list);
    });
  }

  /** Grid of `op`, as few tiles as its active columns and its rows need. */
  tileGrid(op: Op, tiling: Tiling): Grid {
    const { columns, gate, rows, tileColumns, tileRows } = tiling;
    const group = inVectors(gate ? paddedGroup(columns) : paddedLength(columns));
    const sizeOf = (evaluation: number): GridSize => [
      Math.ceil((this.records.activeCount(gate, evaluation) * group) / tileColumns),
      Math.ceil(rows / tileRows),
      1,
    ];
    const sizes = gate
      ? Array.from({ length: this.records.evaluations }, (_, evaluation) => sizeOf(evaluation))
      : [sizeOf(0)];
    const record = this.records.record(gate);
    const byteOffset = this.rowGrids.claim(op, { record, group, tileColumns, tileRows });
    if (byteOffset !== undefined) {
      return { kind: 'indirect', buffer: this.rowGrids.grids, byteOffset, most: sizes };
    }
    return gate ? { kind: 'width', sizes } : { kind: 'fixed', size: sizes[0] };
  }

  /** Label of an op's kernel. */
  name(op: Op, part = ''): string {
    const layer = 'layer' in op ? `.${op.layer.name}` : '';
    return `${this.program.label}.${op.kind}${layer}${part && `.${part}`}`;
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
