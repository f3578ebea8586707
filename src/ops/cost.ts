import { axisLength, type Axis } from './axis';
import type { Op, TensorId } from './op';
import type { Program } from './program';
import { activeGroups, type ActiveWidth, type Gate } from './width';

/** At which evaluation, and with how many selected rows, ops are counted. */
export interface CostPoint {
  readonly evaluation: number;
  /** Needed where the program has gates. */
  readonly width?: ActiveWidth;
  /** Rows that a `rows` tensor of `selectTokens` holds. */
  readonly rows: (tensor: TensorId) => number;
}

/**
 * Whether the paper counts the op (DyDiT, section 4.1): qkv, attention, proj, fc1 and fc2 of the
 * blocks, which are the gated ones. Embeddings, adaLN, routers and the final layer are left out.
 */
export function isBlockOp(op: Op): boolean {
  if (op.kind === 'attention') return true;
  return (op.kind === 'linear' || op.kind === 'addGated') && gatesOf(op).length > 0;
}

/** Multiply-adds that an op does at `at`; norms and elementwise ops count as none. */
export function multiplyAdds(op: Op, program: Program, at: CostPoint): number {
  const tensor = (id: TensorId) => program.tensors[id];
  switch (op.kind) {
    case 'linear':
    case 'addGated': {
      const rows = op.rows === undefined ? tensor(op.x).rows : at.rows(op.rows);
      const n = op.kind === 'linear' ? op.n : undefined;
      return rows * active(op.layer.n, n, at) * active(op.layer.k, op.k, at);
    }
    case 'attention': {
      const heads = active(tensor(op.y).axis, op.heads, at);
      return 2 * op.items * op.tokens ** 2 * heads;
    }
    case 'patchEmbed':
      return tensor(op.y).rows * axisLength(op.layer.n) * axisLength(op.layer.k);
    case 'selectTokens':
      return tensor(op.x).rows * (op.layer.width * op.layer.hidden + op.layer.hidden);
    case 'conv':
      return op.side ** 2 * op.layer.size ** 2 * op.layer.channels * axisLength(op.layer.n);
    case 'pixelAttention': {
      const { rows, axis } = tensor(op.y);
      return 2 * rows ** 2 * axisLength(axis);
    }
    default:
      return 0;
  }
}

function gatesOf(op: Extract<Op, { kind: 'linear' | 'addGated' }>): readonly Gate[] {
  const gates = [op.kind === 'linear' ? op.n : undefined, op.k];
  return gates.filter((gate) => gate !== undefined);
}

/** Columns of an axis that a gate leaves. */
function active(axis: Axis, gate: Gate | undefined, { width, evaluation }: CostPoint): number {
  if (!gate || !width) return axisLength(axis);
  return activeGroups(width, gate, evaluation).length * axis.group;
}
