import type { Layer } from './layer';
import type { Op, TensorId } from './op';
import type { Tensor } from './tensor';

/**
 * A list of ops on tensors, in the order they run: a network or a piece of one, recorded for fixed
 * sizes. Plain data without functions, so that it can be posted to a worker.
 */
export interface Program {
  readonly label: string;
  readonly ops: readonly Op[];
  readonly tensors: readonly Tensor[];
}

/** Tensors that an op reads; one that it updates in place is in both lists. */
export function readsOf(op: Op): readonly TensorId[] {
  return present(readList(op));
}

/** Tensors that an op writes. */
export function writesOf(op: Op): readonly TensorId[] {
  switch (op.kind) {
    case 'selectTokens':
      return [op.kept, op.rows];
    case 'update':
      return [op.x, op.flags];
    case 'picture':
      return [op.y, op.flags];
    default:
      return [op.y];
  }
}

function readList(op: Op): readonly (TensorId | undefined)[] {
  switch (op.kind) {
    case 'linear':
      return [op.x, op.rows];
    case 'addGated':
      return [op.x, op.y, op.gate.modulation, op.rows];
    case 'norm':
      return [op.x, op.shift.modulation, op.scale.modulation, op.rows];
    case 'attention':
    case 'pixelAttention':
      return [op.qkv];
    case 'condition':
      return [op.temb, op.label];
    case 'update':
      return [op.p0, op.p1, op.noise, op.x];
    case 'estimate':
      return [op.x, op.p];
    case 'conv':
      return [op.x, op.adds ? op.y : undefined];
    case 'groupNorm':
      return [op.x, op.statistics];
    default:
      return [op.x];
  }
}

function present(ids: readonly (TensorId | undefined)[]): readonly TensorId[] {
  return [...new Set(ids.filter((id) => id !== undefined))];
}

/** Every layer whose weights the program needs, once, in the order of first use. */
export function layersOf(programs: readonly Program[]): readonly Layer[] {
  const layers = new Map<string, Layer>();
  for (const op of programs.flatMap(({ ops }) => ops)) {
    if ('layer' in op) layers.set(op.layer.name, op.layer);
    if ('positions' in op) layers.set(op.positions.name, op.positions);
  }
  return [...layers.values()];
}
