import { axisLength } from '../../ops/axis';
import { multiplyAdds } from '../../ops/cost';
import type { Op } from '../../ops/op';
import type { Program } from '../../ops/program';

/** Multiply-adds of an op where all is active and every token is kept. */
export function fullMultiplyAdds(op: Op, program: Program): number {
  return multiplyAdds(op, program, {
    evaluation: 0,
    rows: (list) => axisLength(program.tensors[list].axis) - 1,
  });
}
