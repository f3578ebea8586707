import { DyditError } from '../../errors';

/** A checkpoint's values by state-dict key, row-major. */
export type ReferenceTensors = ReadonlyMap<string, Float32Array | Float64Array>;

/** A linear layer: weight (out, in), bias (out). */
export interface LinearWeights {
  readonly weight: Float64Array;
  readonly bias: Float64Array;
}

/** Looks tensors up by key and hands them out in f64. */
export class ReferenceWeights {
  constructor(private readonly tensors: ReferenceTensors) {}

  has(key: string): boolean {
    return this.tensors.has(key);
  }

  /**
   * @param length number of elements it must have
   * @throws DyditError `checkpoint-broken` where it is missing or of another length
   */
  tensor(key: string, length: number): Float64Array {
    const tensor = this.tensors.get(key);
    if (tensor?.length !== length) {
      throw new DyditError(
        'checkpoint-broken',
        `Tensor "${key}" has ${tensor?.length ?? 'no'} elements; ${length} were expected.`,
      );
    }
    return Float64Array.from(tensor);
  }

  /**
   * `key.weight` (outputs, inputs) and `key.bias` (outputs).
   * @throws DyditError `checkpoint-broken` where one is missing or of another length
   */
  linear(key: string, inputs: number, outputs: number): LinearWeights {
    return {
      weight: this.tensor(`${key}.weight`, outputs * inputs),
      bias: this.tensor(`${key}.bias`, outputs),
    };
  }

  /**
   * Row `row` of the table `key` (rows, columns).
   * @throws DyditError `checkpoint-broken` where the table is missing or of another length
   */
  row(key: string, rows: number, columns: number, row: number): Float64Array {
    return this.tensor(key, rows * columns).slice(row * columns, (row + 1) * columns);
  }
}
