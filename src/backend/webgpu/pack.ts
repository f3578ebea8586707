import { axisLength, type Axis } from '../../ops/axis';
import { paddedGroup, paddedIndices, paddedLength, regroup } from './layout';

/** Numbers, half-precision bits, or bytes. */
export type MatrixValues =
  Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Int8Array<ArrayBuffer>;

/** A weight (N, K, taps); a linear layer has one tap. */
export interface WeightShape {
  readonly n: Axis;
  readonly k: Axis;
  /** Of a convolution, as many as `kernelsOf` gives. */
  readonly taps: number;
}

/**
 * Transposes a PyTorch weight (N, K, taps) to the (taps, K, N) that kernels read, zero-padding
 * groups. Zeros add nothing to a sum, so padding changes no result.
 */
export function packWeight(values: MatrixValues, shape: WeightShape): MatrixValues {
  const length = shape.taps * paddedLength(shape.k) * paddedLength(shape.n);
  if (values instanceof Uint16Array) return transpose(values, shape, new Uint16Array(length));
  if (values instanceof Int8Array) return transpose(values, shape, new Int8Array(length));
  return transpose(values, shape, new Float32Array(length));
}

function transpose<T extends MatrixValues>(values: T, { n, k, taps }: WeightShape, out: T): T {
  const rows = axisLength(n);
  const columns = axisLength(k);
  const stride = paddedLength(n);
  const tapStride = paddedLength(k) * stride;
  const nIndices = paddedIndices(n);
  const kIndices = paddedIndices(k);
  // Blocks keep both the reads and the strided writes within the cache.
  const block = 32;
  for (let row0 = 0; row0 < rows; row0 += block) {
    const row1 = Math.min(row0 + block, rows);
    for (let column0 = 0; column0 < columns; column0 += block) {
      const column1 = Math.min(column0 + block, columns);
      for (let row = row0; row < row1; row++) {
        const target = nIndices[row];
        for (let column = column0; column < column1; column++) {
          const source = (row * columns + column) * taps;
          const place = kIndices[column] * stride + target;
          for (let tap = 0; tap < taps; tap++) out[tap * tapStride + place] = values[source + tap];
        }
      }
    }
  }
  return out;
}

/** Zero-pads rows of `axis`. @param values (rows, axis) */
export function padRows(values: Float32Array<ArrayBuffer>, axis: Axis): Float32Array<ArrayBuffer> {
  const groups = values.length / axis.group;
  const to = paddedGroup(axis);
  return regroup(values, groups, { from: axis.group, to }, new Float32Array(groups * to));
}
