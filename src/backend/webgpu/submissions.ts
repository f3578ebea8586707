import { axisLength } from '../../ops/axis';
import { multiplyAdds, type CostPoint } from '../../ops/cost';
import type { Program } from '../../ops/program';

/**
 * Multiply-adds after which a new command buffer is begun, so that no single one holds a slow GPU
 * for seconds (desktops draw nothing in between, and Windows resets a driver after two).
 */
const submitMultiplyAdds = 20e9;

/**
 * Whole ops, together until they cost more than a submission may, with everything active.
 * @returns indices of the program's ops, one list a submission
 */
export function splitByCost(program: Program): readonly (readonly number[])[] {
  const at: CostPoint = {
    evaluation: 0,
    rows: (id) => axisLength(program.tensors[id].axis) - 1,
  };
  const submissions: number[][] = [[]];
  let cost = 0;
  for (const [step, op] of program.ops.entries()) {
    const own = multiplyAdds(op, program, at);
    cost += own;
    if (cost > submitMultiplyAdds && submissions[submissions.length - 1].length > 0) {
      submissions.push([]);
      cost = own;
    }
    submissions[submissions.length - 1].push(step);
  }
  return submissions;
}
