import { DyditError } from '../../errors';
import type { Program } from '../../ops/program';
import { elementCount, type TensorSpec } from '../../ops/tensor';
import type {
  CompileOptions,
  ElementRange,
  Executable,
  Lane,
  Precision,
  Storage,
  WeightSet,
} from '../backend';
import { Owned } from '../owned';
import { Turn } from '../turn';
import { CommandOrder } from './command-order';
import { compileProgram } from './compile';
import { BufferArena } from './gpu/buffer';
import type { Gpu } from './gpu/device';
import { withErrorScopes } from './gpu/error-scope';
import { thrownByDevice } from './gpu/failure';
import { StagingPool } from './gpu/staging-pool';
import type { KernelLibrary } from './kernel-library';
import { byteLength, paddedGroup, regroup, rowStride, type Elements } from './layout';
import type { Pace } from './pace';
import { GpuStorage } from './storage';
import type { VariantChoice } from './variants/choice';
import { GpuWeights } from './weights';

/** What the lanes of a backend compute with. */
export interface LaneParts {
  readonly library: KernelLibrary;
  readonly choice: VariantChoice;
  readonly pace: Pace;
  /** Called before a program is compiled, to measure what it needs. */
  readonly tune?: (program: Program, weights: GpuWeights, precision: Precision) => Promise<void>;
}

/** The memory of a graphics card; everything made here is freed with it. */
export class GpuLane implements Lane {
  readonly #gpu: Gpu;
  readonly #order = new CommandOrder();
  readonly #turn = new Turn();
  readonly #staging: StagingPool;
  readonly #live = new Set<{ destroy(): void }>();
  /** Programs, between the first and the last of which results are read in a loop. */
  readonly #programs = new Set<Executable>();

  constructor(private readonly parts: LaneParts) {
    this.#gpu = parts.library.gpu;
    this.#staging = new StagingPool(this.#gpu, () => this.#programs.size > 0);
  }

  createWeights(label: string): WeightSet {
    const weights = new GpuWeights(this.parts.library, label, (freed) => this.#live.delete(freed));
    this.#live.add(weights);
    return weights;
  }

  allocate(label: string, spec: TensorSpec): Storage {
    const arena = new BufferArena(this.#gpu, label);
    const buffer = arena.create('storage', byteLength(spec));
    const storage = new GpuStorage(label, spec, buffer, (freed) => this.#live.delete(freed));
    this.#live.add(storage);
    return storage;
  }

  write(storage: Storage, data: Elements, start = 0): void {
    const { label, spec, buffer } = this.#own(storage);
    if ((spec.type === 'f32') !== data instanceof Float32Array) {
      throw new DyditError('internal', `${label} takes elements of type ${spec.type}.`);
    }
    expectRange(label, spec, { start, count: data.length });
    if (!isPadded(spec)) {
      this.#write(buffer, 4 * start, data);
      return;
    }
    const { group } = spec.axis;
    const groups = data.length / group;
    if (start % group !== 0 || !Number.isInteger(groups)) {
      throw new DyditError('internal', `${label} takes whole groups of ${group} elements.`);
    }
    const to = paddedGroup(spec.axis);
    const padded =
      data instanceof Float32Array
        ? regroup(data, groups, { from: group, to }, new Float32Array(groups * to))
        : regroup(data, groups, { from: group, to }, new Uint32Array(groups * to));
    this.#write(buffer, 4 * (start / group) * to, padded);
  }

  copy(from: Storage, { start, count }: ElementRange, to: Storage, at: number): void {
    const source = this.#own(from);
    const target = this.#own(to);
    if (isPadded(source.spec) || isPadded(target.spec)) {
      throw new DyditError('internal', `${source.label} or ${target.label} is not dense.`);
    }
    expectRange(source.label, source.spec, { start, count });
    expectRange(target.label, target.spec, { start: at, count });
    if (count === 0) return;
    try {
      const { device } = this.#gpu;
      const encoder = device.createCommandEncoder({ label: 'copy' });
      encoder.copyBufferToBuffer(source.buffer, 4 * start, target.buffer, 4 * at, 4 * count);
      const commands = encoder.finish();
      this.#order.do(() => device.queue.submit([commands]));
    } catch (cause) {
      throw thrownByDevice(`copying ${source.label}`, cause);
    }
  }

  async readFloats(storage: Storage, range?: ElementRange): Promise<Float32Array<ArrayBuffer>> {
    const { words, first, count, from, group } = await this.#read(storage, range);
    const values = new Float32Array(words);
    if (from === group) return values;
    const groups = values.length / from;
    const out = new Float32Array(groups * group);
    return regroup(values, groups, { from, to: group }, out).subarray(first, first + count);
  }

  async readWords(storage: Storage, range?: ElementRange): Promise<Uint32Array<ArrayBuffer>> {
    const { words, first, count, from, group } = await this.#read(storage, range);
    const values = new Uint32Array(words);
    if (from === group) return values;
    const groups = values.length / from;
    const out = new Uint32Array(groups * group);
    return regroup(values, groups, { from, to: group }, out).subarray(first, first + count);
  }

  async compile(program: Program, options: CompileOptions): Promise<Executable> {
    const { weights, storage, width, timedRuns = 0, precision = 'exact' } = options;
    if (!(weights instanceof GpuWeights)) {
      throw new DyditError('internal', `${program.label}: the weights are not of this lane.`);
    }
    const { library, choice, pace, tune } = this.parts;
    await tune?.(program, weights, precision);
    const owned = new Owned();
    try {
      const executable = await withErrorScopes(this.#gpu, `preparing ${program.label}`, async () =>
        owned.adopt(
          await compileProgram(library, program, {
            ...{ choice, precision, pace, weights, storage, width, timedRuns },
            turn: this.#turn,
            order: this.#order,
            onDestroy: (freed) => this.#freeProgram(freed),
          }),
        ),
      );
      this.#live.add(executable);
      this.#programs.add(executable);
      return executable;
    } catch (error) {
      // The device may report only afterwards that it had no memory for what was made.
      owned.destroy();
      throw error;
    }
  }

  /** Frees everything; reads under way end as cancelled. */
  destroy(): void {
    for (const resource of [...this.#live]) resource.destroy();
    this.#staging.destroy();
  }

  #freeProgram(freed: Executable): void {
    this.#live.delete(freed);
    if (this.#programs.delete(freed) && this.#programs.size === 0) this.#staging.trim();
  }

  /** Data that has to wait is copied: the caller may change it meanwhile. */
  #write(buffer: GPUBuffer, byteOffset: number, data: Elements): void {
    try {
      const values = this.#order.waits ? data.slice() : data;
      this.#order.do(() => this.#gpu.device.queue.writeBuffer(buffer, byteOffset, values));
    } catch (cause) {
      throw thrownByDevice(`writing ${buffer.label}`, cause);
    }
  }

  #own(storage: Storage): GpuStorage {
    if (storage instanceof GpuStorage && this.#live.has(storage)) return storage;
    throw new DyditError('internal', 'The storage belongs to another lane or was freed already.');
  }

  /** Words of the whole groups that hold a range, and where it begins in them. */
  async #read(storage: Storage, range?: ElementRange) {
    const { label, spec, buffer } = this.#own(storage);
    const { start, count } = range ?? { start: 0, count: elementCount(spec) };
    expectRange(label, spec, { start, count });
    const group = isPadded(spec) ? spec.axis.group : 1;
    const from = isPadded(spec) ? paddedGroup(spec.axis) : 1;
    const firstGroup = Math.floor(start / group);
    const groups = Math.ceil((start + count) / group) - firstGroup;
    const bytes = { start: 4 * firstGroup * from, length: 4 * groups * from };
    // What is asked for after this need not wait until the bytes are here, only for the copy.
    const { read } = await this.#order.run(() => ({ read: this.#staging.read(buffer, bytes) }));
    const words = await read;
    return { words, first: start - firstGroup * group, count, from, group };
  }
}

function isPadded(spec: TensorSpec): boolean {
  return rowStride(spec) !== spec.axis.groups * spec.axis.group;
}

function expectRange(label: string, spec: TensorSpec, { start, count }: ElementRange): void {
  if (start >= 0 && count >= 0 && start + count <= elementCount(spec)) return;
  throw new DyditError(
    'internal',
    `${label} has ${elementCount(spec)} elements; got ${count} from ${start} on.`,
  );
}
