import { axisLength } from '../../ops/axis';
import type { Chunk, TensorId } from '../../ops/op';
import type { Tensor } from '../../ops/tensor';
import type { GateTables } from './gate-tables';
import type { WasmWeights } from './wasm-weights';

/** Where everything is that the ops of a program work on. */
export interface Placement {
  readonly tensors: readonly Tensor[];
  readonly addressOf: (id: TensorId) => number;
  readonly weights: WasmWeights;
  readonly gates: GateTables;
  /** Memory that an op may use while it runs, as `temporaryBytes` says. */
  readonly temporary: number;
  /** Zeros, as many as the widest convolution has channels. */
  readonly zeros: number;
}

/** Columns of a tensor. */
export function columnsOf(id: TensorId, { tensors }: Placement): number {
  return axisLength(tensors[id].axis);
}

/** Bytes from a row of a tensor to the next. */
export function strideOf(id: TensorId, at: Placement): number {
  return columnsOf(id, at) * 4;
}

/** Address of a row list; 0 stands for all rows. */
export function rowListOf(rows: TensorId | undefined, at: Placement): number {
  return rows === undefined ? 0 : at.addressOf(rows);
}

/** Address of a chunk of D columns in row 0 of its modulation tensor. */
export function chunkAddress({ modulation, chunk }: Chunk, columns: number, at: Placement): number {
  return at.addressOf(modulation) + chunk * columns * 4;
}
