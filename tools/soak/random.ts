import { philox4x32 } from '../../src/sampler/philox';

/** Random choices that a seed decides. */
export class Random {
  #count = 0;
  readonly #words = new Uint32Array(4);

  constructor(private readonly seed: number) {}

  /** 0..count-1 */
  below(count: number): number {
    philox4x32(this.#words, [this.seed >>> 0, 0x50a4], [this.#count++, 0, 0, 0]);
    return this.#words[0] % count;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }
}
