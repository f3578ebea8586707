import { axisLength, type Axis } from './axis';
import { tapsOf } from './layer';
import type { Op, TensorId } from './op';
import type { Program } from './program';
import { activeGroups, type ActiveWidth, type Gate } from './width';

/** The run whose work is counted. */
export interface CostPoint {
  readonly evaluation: number;
  /** Everything is active where absent. */
  readonly width?: ActiveWidth;
  /** How many rows a row list held. */
  readonly rows: (tensor: TensorId) => number;
}

/**
 * Multiply-adds that an op of the program does in a run: products of matrices, convolutions and
 * both products of attention; norms, activations, softmax and sums count 0.
 *
 * The paper (DyDiT, arXiv 2410.03456, section 4.1) counts only qkv, attention, proj, fc1 and fc2 of
 * the blocks: 4*N*D^2 + 2*N^2*D and 2*mlpRatio*N*D^2. `isBlockOp` tells those from the rest.
 */
export function multiplyAdds(op: Op, { tensors }: Program, at: CostPoint): number {
  switch (op.kind) {
    case 'linear': {
      const { layer, n, k } = op;
      const rows = op.rows === undefined ? tensors[op.x].rows : at.rows(op.rows);
      return rows * activeLength(layer.n, n, at) * activeLength(layer.k, k, at);
    }
    case 'addGated': {
      const rows = op.rows === undefined ? tensors[op.y].rows : at.rows(op.rows);
      return rows * axisLength(op.layer.n) * activeLength(op.layer.k, op.k, at);
    }
    case 'attention': {
      const { axis } = tensors[op.qkv]; // 3H x E
      const active = activeLength({ groups: axis.groups / 3, group: axis.group }, op.heads, at);
      return 2 * op.items * op.tokens ** 2 * active;
    }
    case 'pixelAttention': {
      const { rows, axis } = tensors[op.qkv]; // 3 x C
      return 2 * rows ** 2 * axis.group;
    }
    case 'selectTokens': {
      const { width, hidden } = op.layer;
      return tensors[op.x].rows * (width * hidden + hidden);
    }
    case 'patchEmbed':
      return tensors[op.y].rows * axisLength(op.layer.n) * axisLength(op.layer.k);
    case 'conv': {
      const { n, channels } = op.layer;
      return op.rows.count * op.side * axisLength(n) * channels * tapsOf(op.layer);
    }
    case 'norm':
    case 'condition':
    case 'unpatchify':
    case 'guidance':
    case 'update':
    case 'estimate':
    case 'latentToPixels':
    case 'rowMoments':
    case 'groupStatistics':
    case 'groupNorm':
    case 'picture':
      return 0;
  }
}

/**
 * Whether the paper counts an op: attention, the ends of the residual branches (proj and fc2) and
 * the linear layers whose columns a gate switches (qkv and fc1).
 */
export function isBlockOp(op: Op): boolean {
  if (op.kind === 'linear') return op.n !== undefined;
  return op.kind === 'attention' || op.kind === 'addGated';
}

/** Columns of the groups that a gate leaves active; all without a gate. */
export function activeLength(
  axis: Axis,
  gate: Gate | undefined,
  { width, evaluation }: CostPoint,
): number {
  if (!gate || !width) return axisLength(axis);
  return activeGroups(width, gate, evaluation).length * axis.group;
}
