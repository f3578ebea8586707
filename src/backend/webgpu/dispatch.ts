import type { RunValues } from '../../ops/run-values';
import type { BoundKernel, GridSize } from './gpu/kernel';

/** How many workgroups a dispatch has. */
export type Grid =
  | { readonly kind: 'fixed'; readonly size: GridSize }
  /** One size for each evaluation. */
  | { readonly kind: 'width'; readonly sizes: readonly GridSize[] };

/** A kernel and how many workgroups of it make an op, or a part of one. */
export interface Dispatch {
  readonly kernel: BoundKernel;
  readonly grid: Grid;
}

/** An op of a compiled program. */
export interface BoundOp {
  readonly dispatches: readonly Dispatch[];
  /** Takes from a run's values what concerns the op, before it is encoded. */
  readonly prepare?: (values: RunValues) => void;
}

/** A grid that is the same in every run. */
export function fixedGrid(size: GridSize): Grid {
  return { kind: 'fixed', size };
}

/** @throws DyditError `limit-too-small` where a run could need more workgroups than there may be */
export function expectGrid({ kernel, grid }: Dispatch): void {
  for (const size of sizesOf(grid)) kernel.expectGrid(...size);
}

function sizesOf(grid: Grid): readonly GridSize[] {
  return grid.kind === 'fixed' ? [grid.size] : grid.sizes;
}

/** Encodes a dispatch; WebGPU makes each see what the ones before it wrote. */
export function encode(
  pass: GPUComputePassEncoder,
  { kernel, grid }: Dispatch,
  evaluation: number,
): void {
  kernel.dispatch(pass, ...(grid.kind === 'fixed' ? grid.size : grid.sizes[evaluation]));
}
