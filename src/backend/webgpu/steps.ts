import type { LinearOp, NormOp, Op, TensorId, UnpatchifyOp } from '../../ops/op';
import { readsOf, writesOf, type Program } from '../../ops/program';

/** An op of a program, with those that are done in the same dispatch. */
export interface Step {
  readonly op: Op;
  /** Norm that a linear layer does as it reads x. */
  readonly norm?: NormOp;
  /** What becomes of the patches that a linear layer makes. */
  readonly unpatchify?: UnpatchifyOp;
}

/** Which ops may be done together. */
export interface Fusing {
  readonly norm: (norm: NormOp, linear: LinearOp) => boolean;
  readonly unpatchify: boolean;
}

/** Every op of the program, in its order; some together with the one before. */
export function planSteps(program: Program, fusing: Fusing): readonly Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < program.ops.length; i++) {
    const [first, second] = [program.ops[i], program.ops.at(i + 1)];
    const norm =
      first.kind === 'norm' && second?.kind === 'linear' && isFused(program, first, second, fusing)
        ? first
        : undefined;
    const op = norm && second ? second : first;
    if (norm) i++;
    const last = program.ops.at(i + 1);
    const unpatchify =
      fusing.unpatchify &&
      op.kind === 'linear' &&
      last?.kind === 'unpatchify' &&
      arePatchesOf(program, op, last)
        ? last
        : undefined;
    if (unpatchify) i++;
    steps.push({ op, norm, unpatchify });
  }
  return steps;
}

/**
 * Tensors that a step reads and writes. Those between its ops are not made at all, nor are row lists:
 * kernels read the gates.
 */
export function usesOf(
  program: Program,
  { op, norm, unpatchify }: Step,
): { readonly reads: readonly TensorId[]; readonly writes: readonly TensorId[] } {
  const lists = new Map<TensorId, TensorId>();
  for (const router of program.ops) {
    if (router.kind === 'selectTokens') lists.set(router.rows, router.kept);
  }
  const reads = [op, ...(norm ? [norm] : [])].flatMap(readsOf);
  return {
    reads: reads.filter((id) => id !== norm?.y).map((id) => lists.get(id) ?? id),
    writes: writesOf(unpatchify ?? op).filter((id) => !lists.has(id)),
  };
}

function isFused(program: Program, norm: NormOp, linear: LinearOp, fusing: Fusing): boolean {
  return (
    linear.x === norm.y &&
    linear.rows === norm.rows &&
    linear.k === undefined &&
    isBetween(program, norm.y) &&
    fusing.norm(norm, linear)
  );
}

function arePatchesOf(program: Program, linear: LinearOp, unpatchify: UnpatchifyOp): boolean {
  return (
    unpatchify.x === linear.y &&
    linear.rows === undefined &&
    linear.n === undefined &&
    linear.activation === 'none' &&
    linear.layer.n.groups === 1 &&
    isBetween(program, linear.y)
  );
}

/** Whether a tensor is made by one op and read by one other, and by nobody else. */
function isBetween({ ops, tensors }: Program, id: TensorId): boolean {
  const readers = ops.filter((op) => readsOf(op).includes(id));
  const writers = ops.filter((op) => writesOf(op).includes(id));
  return tensors[id].external === undefined && readers.length === 1 && writers.length === 1;
}
