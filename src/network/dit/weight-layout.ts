/**
 * One axis of a weight matrix as the kernels see it: `groups` equal groups (heads, MLP groups, or
 * one group as wide as the axis), each padded to a multiple of 4 because columns are read by fours.
 */
export interface Axis {
  readonly groups: number;
  /** Elements of a group, before padding. */
  readonly group: number;
}

/** An axis without gates. */
export function wholeAxis(elements: number): Axis {
  return { groups: 1, group: elements };
}

/** Elements of one group after padding. */
export function paddedGroup(axis: Axis): number {
  return Math.ceil(axis.group / 4) * 4;
}

/** Elements of the whole axis after padding. */
export function paddedLength(axis: Axis): number {
  return axis.groups * paddedGroup(axis);
}

/** Where each element of an axis lies after padding. */
function paddedIndices(axis: Axis): Uint32Array {
  const indices = new Uint32Array(axis.groups * axis.group);
  const stride = paddedGroup(axis);
  for (let i = 0; i < indices.length; i++) {
    indices[i] = Math.floor(i / axis.group) * stride + (i % axis.group);
  }
  return indices;
}

/**
 * Transposes a PyTorch linear weight (N, K) to the (K, N) that kernels read, zero-padding groups.
 * Zeros add nothing to a sum, so padding changes no result.
 * @param values (N, K) row-major, numbers or half-precision bits
 * @param out zeroed, paddedLength(k) * paddedLength(n) long
 */
export function transposeLinear<T extends Float32Array | Uint16Array>(
  values: T,
  n: Axis,
  k: Axis,
  out: T,
): T {
  const rows = n.groups * n.group;
  const columns = k.groups * k.group;
  const stride = paddedLength(n);
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
        const source = row * columns;
        for (let column = column0; column < column1; column++) {
          out[kIndices[column] * stride + target] = values[source + column];
        }
      }
    }
  }
  return out;
}

/** Zero-pads a vector along `axis`, for biases. */
export function padVector(values: Float32Array, axis: Axis): Float32Array<ArrayBuffer> {
  const out = new Float32Array(paddedLength(axis));
  const indices = paddedIndices(axis);
  for (let i = 0; i < indices.length; i++) out[indices[i]] = values[i];
  return out;
}
