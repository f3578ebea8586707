import { Op as OpWords } from '../../../assembly/fields';
import { DyditError } from '../../errors';
import { axisLength } from '../../ops/axis';
import type { Op } from '../../ops/op';
import { readsOf, type Program } from '../../ops/program';
import type { RunValues } from '../../ops/run-values';
import { planSlots } from '../../ops/slots';
import { elementCount, type Tensor } from '../../ops/tensor';
import type { CompileOptions, Executable } from '../backend';
import { GateTables } from './gate-tables';
import type { Kernels } from './kernels';
import type { Block, LaneMemory } from './lane-memory';
import { lowerOp, temporaryBytes } from './lower';
import type { OpRecord } from './record';
import { expectRunValues, writeRun, type RunTarget } from './run-state';
import { runToEnd, type Crew } from './run-loop';
import type { SerialQueue } from './serial-queue';
import type { Turn } from '../turn';
import { WasmStorage } from './wasm-storage';
import { WasmWeights } from './wasm-weights';

/** What a compiled program needs of its lane. */
export interface Machine {
  readonly memory: LaneMemory;
  readonly kernels: Kernels;
  /** Address of the lane's state. */
  readonly state: number;
  readonly crew: Crew;
  /** Of the thread that asks for runs. */
  readonly turn: Turn;
  readonly queue: SerialQueue;
  /** Aborted when the lane is not to be used any more. */
  readonly closing: AbortSignal;
}

/** A program with all its memory, written out for the kernels. */
export class WasmExecutable implements Executable {
  readonly #times: number[] = [];

  private constructor(
    private readonly machine: Machine,
    private readonly program: Program,
    private readonly compiled: {
      readonly target: RunTarget;
      readonly blocks: readonly Block[];
      readonly evaluations: number | undefined;
      readonly timedRuns: number;
    },
    private readonly onDestroy: (self: WasmExecutable) => void,
  ) {}

  /** @throws DyditError `out-of-memory`, `internal` */
  static compile(
    machine: Machine,
    program: Program,
    options: CompileOptions,
    onDestroy: (self: WasmExecutable) => void,
  ): WasmExecutable {
    const blocks: Block[] = [];
    try {
      const target = layOut(machine, program, options, (bytes) => {
        const block = machine.memory.allocate(program.label, bytes);
        blocks.push(block);
        return block.address;
      });
      const gated = program.ops.some(hasGate);
      const evaluations = gated ? options.width?.evaluations : undefined;
      const compiled = { target, blocks, evaluations, timedRuns: options.timedRuns ?? 0 };
      return new WasmExecutable(machine, program, compiled, onDestroy);
    } catch (error) {
      for (const block of blocks) machine.memory.free(block);
      throw error;
    }
  }

  async run(values: RunValues = {}, signal?: AbortSignal): Promise<void> {
    const { memory, state, queue, closing } = this.machine;
    const { target, evaluations, timedRuns } = this.compiled;
    expectRunValues(this.program.ops, values, evaluations);
    await queue.add(async () => {
      const signals = signal ? [closing, signal] : [closing];
      writeRun(memory, state, target, values);
      const spent = await runToEnd(this.machine, signals);
      if (this.#times.length < timedRuns) this.#times.push(spent);
    });
  }

  deviceMs(): Promise<readonly number[] | undefined> {
    return this.machine.queue.add(() => [...this.#times]);
  }

  destroy(): void {
    this.onDestroy(this);
  }

  /** Gives the memory back; nothing may run any more. */
  free(): void {
    for (const block of this.compiled.blocks) this.machine.memory.free(block);
  }
}

type Reserve = (bytes: number) => number;

/** Finds a place for everything and writes the op records. */
function layOut(
  { memory, kernels, crew }: Machine,
  program: Program,
  options: CompileOptions,
  reserve: Reserve,
): RunTarget {
  const { ops, tensors } = program;
  if (!(options.weights instanceof WasmWeights)) {
    throw new DyditError('internal', `${program.label}: the weights are another backend's.`);
  }
  const keepWords = (words: Uint32Array<ArrayBuffer>): number => {
    const address = reserve(words.byteLength);
    memory.words(address, words.length).set(words);
    return address;
  };
  const largestTemporary = Math.max(0, ...ops.map((op) => temporaryBytes(op, tensors)));
  const channels = Math.max(0, ...ops.map((op) => (op.kind === 'conv' ? op.layer.channels : 0)));
  const addresses = placeTensors(program, options.storage, reserve);
  const placement = {
    tensors,
    addressOf: (id: number) => addresses[id],
    weights: options.weights,
    gates: new GateTables(options.width, keepWords),
    temporary: largestTemporary > 0 ? reserve(largestTemporary) : 0,
    zeros: channels > 0 ? reserve(channels * 4) : 0,
  };
  const records = ops.flatMap((op) => lowerOp(op, placement));
  const first = keepWords(joined(records));
  const scratchBytes = records.reduce((most, _, i) => {
    const bytes = kernels.scratchBytes(first + i * OpWords.words * 4);
    return Math.max(most, Math.ceil(bytes / 64) * 64);
  }, 64);
  const scratch = reserve(scratchBytes * crew.threads);
  return { ops: first, count: records.length, scratch, scratchBytes };
}

function joined(records: readonly OpRecord[]): OpRecord {
  const all = new Uint32Array(records.length * OpWords.words);
  for (const [i, record] of records.entries()) all.set(record, i * OpWords.words);
  return all;
}

/** Addresses of all tensors by id: external ones where they are, the others in shared slots. */
function placeTensors(
  program: Program,
  storage: CompileOptions['storage'],
  reserve: Reserve,
): readonly number[] {
  const plan = planSlots(program, (tensor) => elementCount(tensor) * 4);
  const slots = plan.sizes.map(reserve);
  const read = new Set(program.ops.flatMap(readsOf));
  return program.tensors.map((tensor) => {
    const slot = plan.slotOf[tensor.id];
    if (tensor.external !== undefined) {
      return externalAddress(program, tensor, tensor.external, storage);
    }
    if (slot !== undefined) return slots[slot];
    if (!read.has(tensor.id)) return 0;
    throw new DyditError(
      'internal',
      `${program.label}: tensor ${tensor.id} is read and never written.`,
    );
  });
}

function externalAddress(
  { label }: Program,
  tensor: Tensor,
  name: string,
  storage: CompileOptions['storage'],
): number {
  const bound = name in storage ? storage[name] : undefined;
  if (!(bound instanceof WasmStorage)) {
    throw new DyditError('internal', `${label}: no storage of this backend is bound to ${name}.`);
  }
  const { rows, axis } = bound.spec;
  if (rows === tensor.rows && axisLength(axis) === axisLength(tensor.axis)) {
    return bound.addressOf(0);
  }
  throw new DyditError(
    'internal',
    `${label}: ${name} is ${tensor.rows} x ${axisLength(tensor.axis)}; its storage ${rows} x ${axisLength(axis)}.`,
  );
}

function hasGate(op: Op): boolean {
  if (op.kind === 'attention') return true;
  if (op.kind === 'linear') return op.n !== undefined || op.k !== undefined;
  return op.kind === 'addGated' && op.k !== undefined;
}
