import { DyditError } from '../../errors';
import type { RunValues } from '../../ops/run-values';
import type { Executable } from '../backend';
import { encode, type BoundOp, type Dispatch } from './dispatch';
import type { BufferArena } from './gpu/buffer';
import type { Gpu } from './gpu/device';
import { thrownByDevice } from './gpu/failure';
import type { RunTimestamps } from './gpu/timestamps';
import type { UniformBuffer } from './gpu/uniform';
import type { WidthRecords } from './width-records';

/** A compiled program, bound. */
export interface ExecutableParts {
  readonly label: string;
  readonly ops: readonly BoundOp[];
  /** Dispatches of all ops, one list a submission. */
  readonly submissions: readonly (readonly Dispatch[])[];
  readonly records: WidthRecords;
  readonly step: UniformBuffer;
  readonly timestamps: RunTimestamps;
  /** Owns everything that was made for the program. */
  readonly arena: BufferArena;
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

  run(values: RunValues = {}, signal?: AbortSignal): Promise<void> {
    try {
      if (signal?.aborted) throw new DyditError('cancelled', 'Cancelled.');
      this.#submit(values);
      return Promise.resolve();
    } catch (thrown) {
      return Promise.reject(thrownByDevice(`running ${this.#parts.label}`, thrown));
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

  #submit(values: RunValues): void {
    const { label, ops, submissions, records, step, timestamps } = this.#parts;
    if (this.#destroyed) throw new DyditError('internal', `${label} was freed already.`);
    const { evaluation = 0, modulationRow = 0 } = values;
    step.write({
      table_base: records.base(evaluation),
      modulation_row: modulationRow,
      evaluation,
    });
    for (const op of ops) op.prepare?.(values);
    const { device } = this.#gpu;
    const writes = timestamps.begin(submissions.length);
    for (const [index, dispatches] of submissions.entries()) {
      const encoder = device.createCommandEncoder({ label });
      const pass = encoder.beginComputePass({ label, timestampWrites: writes.at(index) });
      for (const dispatch of dispatches) encode(pass, dispatch, evaluation);
      pass.end();
      device.queue.submit([encoder.finish()]);
    }
  }
}
