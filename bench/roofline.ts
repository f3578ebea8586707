import { activeLength, multiplyAdds, type CostPoint } from '../src/ops/cost';
import type { Op } from '../src/ops/op';
import { readsOf, writesOf, type Program } from '../src/ops/program';
import { axisLength } from '../src/ops/axis';
import { elementCount } from '../src/ops/tensor';

/** What a machine can do at most. */
export interface Roof {
  /** Multiply-adds in registers, two flops each. */
  readonly gflops: number;
  /** Memory, read or written, in 10^9 bytes a second. */
  readonly gigabytesPerSecond: number;
}

/** GFLOP/s that nothing of this many flops a byte can exceed, unless a cache holds what it reads. */
export function roofAt({ gflops, gigabytesPerSecond }: Roof, flopsPerByte: number): number {
  return Math.min(gflops, gigabytesPerSecond * flopsPerByte);
}

/** What an op does and moves. */
export interface OpWork {
  /** Two a multiply-add. */
  readonly flops: number;
  /** With everything that is active read once and written once. */
  readonly bytes: number;
}

const floatBytes = 4;

/** @param weightBytes of a weight of a product */
export function opWork(op: Op, program: Program, at: CostPoint, weightBytes: number): OpWork {
  const flops = 2 * multiplyAdds(op, program, at);
  return { flops, bytes: opBytes(op, program, at, weightBytes) };
}

function opBytes(op: Op, program: Program, at: CostPoint, weightBytes: number): number {
  const { tensors } = program;
  switch (op.kind) {
    case 'linear': {
      const rows = op.rows === undefined ? tensors[op.x].rows : at.rows(op.rows);
      const n = activeLength(op.layer.n, op.n, at);
      const k = activeLength(op.layer.k, op.k, at);
      return floatBytes * rows * (k + n) + weightBytes * n * k;
    }
    case 'addGated': {
      const rows = op.rows === undefined ? tensors[op.y].rows : at.rows(op.rows);
      const n = axisLength(op.layer.n);
      const k = activeLength(op.layer.k, op.k, at);
      return floatBytes * rows * (k + 2 * n) + weightBytes * n * k;
    }
    case 'attention': {
      const { groups, group } = tensors[op.qkv].axis; // 3H x E
      const active = activeLength({ groups: groups / 3, group }, op.heads, at);
      return floatBytes * op.items * op.tokens * 4 * active;
    }
    default: {
      const touched = [...readsOf(op), ...writesOf(op)];
      return floatBytes * touched.reduce((sum, id) => sum + elementCount(tensors[id]), 0);
    }
  }
}
