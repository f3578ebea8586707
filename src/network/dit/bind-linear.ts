import type {
  BoundKernel,
  Bindings,
  Kernel,
  UniformBuffer,
  Uniforms,
} from '../../backend/webgpu/gpu/kernel';
import { linearVariants, type LinearVariant } from '../../backend/webgpu/kernels/library';
import type { LinearWeights } from './weights';
import { paddedGroup, paddedLength } from './weight-layout';
import { ungatedRecord } from './width-table';

/** The buffers every linear layer of a run shares. */
export interface LinearContext {
  readonly step: UniformBuffer;
  readonly widthTable: GPUBuffer;
}

/** Which records of the width table gate a layer's outputs (n) and inputs (k); none where absent. */
export interface LinearGates {
  readonly n?: number;
  readonly k?: number;
}

/**
 * Binds a linear layer.
 * @param rows (1 + rows): count, then the token of each row
 * @param more further bindings and uniforms of the kernel's store
 */
export function bindLinear(
  kernel: Kernel,
  name: string,
  context: LinearContext,
  weights: LinearWeights,
  buffers: { readonly x: GPUBuffer; readonly y: GPUBuffer; readonly rows: GPUBuffer },
  gates: LinearGates = {},
  more: { readonly buffers: Bindings; readonly uniforms: Uniforms } = { buffers: {}, uniforms: {} },
): BoundKernel {
  const { n, k } = weights;
  return kernel.bind(
    name,
    {
      ...buffers,
      ...more.buffers,
      step: context.step.buffer,
      weight: weights.weight,
      bias: weights.bias,
      width_table: context.widthTable,
    },
    {
      ...more.uniforms,
      dims: {
        n_group: (gates.n === undefined ? paddedLength(n) : paddedGroup(n)) / 4,
        n_record: gates.n ?? ungatedRecord,
        n_stride: paddedLength(n) / 4,
        k_group: (gates.k === undefined ? paddedLength(k) : paddedGroup(k)) / 4,
        k_record: gates.k ?? ungatedRecord,
      },
    },
  );
}

/** Grid of a linear kernel for `rows` rows and `columns` active columns. */
export function linearGrid(
  variant: LinearVariant,
  rows: number,
  columns: number,
): readonly [number, number] {
  const { tileRows, tileColumns } = linearVariants[variant];
  return [Math.ceil(columns / 4 / tileColumns), Math.ceil(rows / tileRows)];
}

/** Row list of all of `count` rows in order: (1 + count). */
export function allRows(count: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count + 1 }, (_, i) => (i === 0 ? count : i - 1));
}
