import { DyditError } from '../../errors';
import { elementCount, type TensorSpec } from '../../ops/tensor';
import type { ElementRange, Storage } from '../backend';
import type { Block } from './lane-memory';

/** A tensor in a lane's memory: rows without gaps, whatever the layout. */
export class WasmStorage implements Storage {
  #destroyed = false;

  constructor(
    readonly label: string,
    readonly spec: TensorSpec,
    readonly block: Block,
    private readonly release: (self: WasmStorage) => void,
  ) {}

  /** Elements without padding; there is none. */
  get elements(): number {
    return elementCount(this.spec);
  }

  /** The range, or everything. @throws DyditError where it reaches past the end */
  range({ start, count }: ElementRange = { start: 0, count: this.elements }): ElementRange {
    if (this.#destroyed) {
      throw new DyditError('internal', `${this.label} was destroyed.`);
    }
    if (start >= 0 && count >= 0 && start + count <= this.elements) return { start, count };
    throw new DyditError(
      'internal',
      `${this.label} has ${this.elements} elements; asked for ${count} from ${start} on.`,
    );
  }

  /** Address of an element. */
  addressOf(element: number): number {
    return this.block.address + element * 4;
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.release(this);
  }
}
