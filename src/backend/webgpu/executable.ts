import { DyditError } from '../../errors';
import type { RunValues } from '../../ops/run-values';
import type { Executable } from '../backend';
import type { Turn } from '../turn';
import type { CommandOrder } from './command-order';
import { encode, type BoundOp, type Dispatch } from './dispatch';
import type { BufferArena } from './gpu/buffer';
import type { Gpu } from './gpu/device';
import { thrownByDevice } from './gpu/failure';
import type { RunTimestamps } from './gpu/timestamps';
import type { UniformBuffer } from './gpu/uniform';
import type { Pace } from './pace';
import type { WidthRecords } from './width-records';

/** A dispatch and what it costs. */
export interface Work {
  readonly dispatch: Dispatch;
  /** With everything active. */
  readonly multiplyAdds: number;
}

/** A compiled program, bound. */
export interface ExecutableParts {
  readonly label: string;
  readonly ops: readonly BoundOp[];
  /** Dispatches of all ops, in their order. */
  readonly works: readonly Work[];
  readonly records: WidthRecords;
  readonly step: UniformBuffer;
  readonly timestamps: RunTimestamps;
  /** Owns everything that was made for the program. */
  readonly arena: BufferArena;
  readonly pace: Pace;
  readonly turn: Turn;
  readonly order: CommandOrder;
  readonly onDestroy: (executable: GpuExecutable) => void;
}

/** A program bound to its buffers: a run writes a few words, encodes and submits. */
export class GpuExecutable implements Executable {
  readonly #gpu: Gpu;
  readonly #parts: ExecutableParts;
  #destroyed = false;

  constructor(gpu: Gpu, parts: ExecutableParts) {
    this.#gpu = gpu;
    this.#parts = parts;
  }

  /** How many dispatches a run is. */
  get dispatches(): number {
    return this.#parts.works.length;
  }

  async run(values: RunValues = {}, signal?: AbortSignal): Promise<void> {
    try {
      const { order, turn } = this.#parts;
      // A device that is fast enough never makes a run wait, and so would let no Cancel in.
      await order.run(() =>
        turn.isLong()
          ? turn.end().then(() => this.#start(values, signal))
          : this.#start(values, signal),
      );
    } catch (thrown) {
      throw thrownByDevice(`running ${this.#parts.label}`, thrown);
    }
  }

  deviceMs(): Promise<readonly number[] | undefined> {
    return this.#parts.timestamps.read();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#parts.arena.destroy();
    this.#parts.onDestroy(this);
  }

  /** Submits all, or as much as there is room for; the promise of the rest, if any. */
  #start(values: RunValues, signal?: AbortSignal): Promise<void> | undefined {
    const { ops, works, records, step, timestamps, pace } = this.#parts;
    this.#expectAlive(signal);
    const { evaluation = 0, modulationRow = 0 } = values;
    step.write({
      table_base: records.base(evaluation),
      modulation_row: modulationRow,
      evaluation,
    });
    for (const op of ops) op.prepare?.(values);
    const submissions = pace.split(works.map(({ multiplyAdds }) => multiplyAdds));
    const writes = timestamps.begin(submissions.length);
    const submit = (index: number): void => {
      const parts = submissions[index].map((work) => works[work]);
      this.#submit(parts, evaluation, writes.at(index));
    };
    for (let index = 0; index < submissions.length; index++) {
      if (!pace.hasRoom)
        return this.#submitRest({ from: index, to: submissions.length, submit, signal });
      submit(index);
    }
    return undefined;
  }

  async #submitRest(rest: {
    readonly from: number;
    readonly to: number;
    readonly submit: (index: number) => void;
    readonly signal?: AbortSignal;
  }): Promise<void> {
    const { from, to, submit, signal } = rest;
    for (let index = from; index < to; index++) {
      await this.#parts.pace.waitForRoom(signal);
      this.#expectAlive(signal);
      submit(index);
    }
  }

  #submit(
    works: readonly Work[],
    evaluation: number,
    timestampWrites: GPUComputePassTimestampWrites | undefined,
  ): void {
    const { label, pace } = this.#parts;
    const encoder = this.#gpu.device.createCommandEncoder({ label });
    const pass = encoder.beginComputePass({ label, timestampWrites });
    for (const { dispatch } of works) encode(pass, dispatch, evaluation);
    pass.end();
    pace.submit(
      encoder.finish(),
      works.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
    );
  }

  #expectAlive(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new DyditError('cancelled', 'Cancelled.');
    if (this.#destroyed) {
      throw new DyditError('internal', `${this.#parts.label} was freed already.`);
    }
  }
}
