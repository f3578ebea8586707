/** How a lane uses its memory. */
export interface LaneSettings {
  /** Most bytes of a lane's memory; all that the system grants where absent. */
  readonly memoryLimit?: number;
  /**
   * Half-precision weights are widened as they are packed until a set of weights has this many
   * bytes, and stay halves beyond: products of 2 rows are 2.7 times as fast on wide ones, products
   * of 128 rows much the same, and halves take half the memory. The results have the same bits.
   * 128 MiB where absent.
   */
  readonly widenedBytes?: number;
}

export const defaultWidenedBytes = 128 * 2 ** 20;
