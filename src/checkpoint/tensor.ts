import type { DrawnHalves } from './drawn-halves';
import type { ScaledBytes } from './scaled-bytes';

/** Element types a checkpoint file may store. */
export type CheckpointDtype =
  'f64' | 'f32' | 'f16' | 'bf16' | 'i64' | 'i32' | 'i16' | 'i8' | 'u8' | 'bool';

/** One tensor of a checkpoint; its data is read from the file only when asked for. */
export interface CheckpointTensor {
  readonly name: string;
  readonly dtype: CheckpointDtype;
  readonly shape: readonly number[];
  /** How the file has it, where it comes out as another type. */
  readonly stored?: 'int8';
  /** How many scales its integers have, where the file has some. */
  readonly scales?: number;
  /** The same as integers with scales, where the file has it so. */
  readonly scaledBytes?: () => Promise<ScaledBytes>;
  /** The rule by which they are drawn, where they are. */
  readonly drawn?: DrawnHalves;
  /**
   * Contiguous row-major little-endian bytes, `elementCount * bytesPerElement` long, in memory of their
   * own: who asked for them may give it back.
   */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Tensors by their state-dict key. */
export type TensorMap = ReadonlyMap<string, CheckpointTensor>;
