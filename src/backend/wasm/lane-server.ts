import { DyditError } from '../../errors';
import { releaseWeights } from '../../ops/release-weights';
import type { Executable, Lane, Storage, WeightSet } from '../backend';
import type { Answer, FromLane, LaneCall, ToLane, Values } from './lane-protocol';

/** Sends a message to the client; the arrays named are given away. */
export type SendToClient = (message: FromLane, transfer?: ArrayBuffer[]) => void;

type Made =
  | { readonly kind: 'weights'; readonly object: WeightSet }
  | { readonly kind: 'storage'; readonly object: Storage }
  | { readonly kind: 'executable'; readonly object: Executable }
  /** What could not be made, and why. */
  | { readonly kind: 'failed'; readonly error: DyditError };

/** Does to a lane what a client in another thread asks for. */
export class LaneServer {
  readonly #made = new Map<number, Made>();
  readonly #running = new Map<number, AbortController>();

  constructor(
    private readonly lane: Lane,
    private readonly send: SendToClient,
  ) {}

  receive(message: ToLane): void {
    if ('call' in message) void this.#answer(message);
    else this.#obey(message);
  }

  #obey(message: Exclude<ToLane, LaneCall>): void {
    try {
      this.#do(message);
    } catch (thrown) {
      const error = DyditError.from(thrown);
      if ('label' in message) this.#made.set(message.id, { kind: 'failed', error });
      this.send({ type: 'failed', error: error.toReport() });
    }
  }

  #do(message: Exclude<ToLane, LaneCall>): void {
    switch (message.type) {
      case 'createWeights': {
        const object = this.lane.createWeights(message.label);
        this.#made.set(message.id, { kind: 'weights', object });
        return;
      }
      case 'allocate': {
        const object = this.lane.allocate(message.label, message.spec);
        this.#made.set(message.id, { kind: 'storage', object });
        return;
      }
      case 'destroy':
        this.#destroy(message.id);
        return;
      case 'write':
        this.lane.write(this.#storage(message.id), message.data, message.start);
        return;
      case 'copy': {
        const to = this.#storage(message.to);
        this.lane.copy(this.#storage(message.id), message.range, to, message.start);
        return;
      }
      case 'cancel':
        this.#running.get(message.run)?.abort();
        return;
    }
  }

  async #answer(message: LaneCall): Promise<void> {
    const { call } = message;
    try {
      const value = await this.#result(message);
      const transfer = isValues(value) ? [value.buffer] : [];
      this.send({ type: 'done', call, value }, transfer);
    } catch (error) {
      this.send({ type: 'failed', call, error: DyditError.from(error).toReport() });
    }
  }

  async #result(message: LaneCall): Promise<Answer> {
    switch (message.type) {
      case 'upload':
        await this.#weights(message.id).upload(message.weights);
        releaseWeights(message.weights);
        return undefined;
      case 'read': {
        const storage = this.#storage(message.id);
        if (storage.spec.type === 'f32') return this.lane.readFloats(storage, message.range);
        return this.lane.readWords(storage, message.range);
      }
      case 'compile':
        await this.#compile(message);
        return undefined;
      case 'run':
        await this.#run(message);
        return undefined;
      case 'deviceMs':
        return this.#executable(message.id).deviceMs();
      case 'sync':
        return undefined;
    }
  }

  async #compile(message: Extract<LaneCall, { readonly type: 'compile' }>): Promise<void> {
    const { id, program, width, timedRuns } = message;
    const storage = Object.fromEntries(
      Object.entries(message.storage).map(([name, at]) => [name, this.#storage(at)]),
    );
    const weights = this.#weights(message.weights);
    const object = await this.lane.compile(program, { weights, storage, width, timedRuns });
    this.#made.set(id, { kind: 'executable', object });
  }

  async #run({ call, id, values }: Extract<LaneCall, { readonly type: 'run' }>): Promise<void> {
    const controller = new AbortController();
    this.#running.set(call, controller);
    try {
      await this.#executable(id).run(values, controller.signal);
    } finally {
      this.#running.delete(call);
    }
  }

  #destroy(id: number): void {
    const made = this.#made.get(id);
    this.#made.delete(id);
    if (made && made.kind !== 'failed') made.object.destroy();
  }

  #weights(id: number): WeightSet {
    const made = this.#find(id);
    if (made.kind === 'weights') return made.object;
    throw new DyditError('internal', `Object ${id} of the lane is no weights.`);
  }

  #storage(id: number): Storage {
    const made = this.#find(id);
    if (made.kind === 'storage') return made.object;
    throw new DyditError('internal', `Object ${id} of the lane is no storage.`);
  }

  #executable(id: number): Executable {
    const made = this.#find(id);
    if (made.kind === 'executable') return made.object;
    throw new DyditError('internal', `Object ${id} of the lane is no program.`);
  }

  #find(id: number): Exclude<Made, { readonly kind: 'failed' }> {
    const made = this.#made.get(id);
    if (!made) throw new DyditError('internal', `Object ${id} of the lane was destroyed.`);
    if (made.kind === 'failed') throw made.error;
    return made;
  }
}

function isValues(value: Answer): value is Values {
  return value instanceof Float32Array || value instanceof Uint32Array;
}
