import { multiplyAdds } from '../src/ops/cost';
import { tokenCount } from '../src/network/config';
import { ditLayers } from '../src/network/dit/layers';
import { recordEvaluation } from '../src/network/dit/network';
import type { DitRun } from '../src/network/dit/run';

/** Work of an evaluation. */
export interface EvaluationWork {
  /** All its multiply-adds, two flops each, in 10^9. */
  readonly gflop: number;
  /** Multiply-adds of the blocks over those of the static model. */
  readonly share: number;
}

/** @param kept what `readKept` gave for the evaluation */
export function workOf(run: DitRun, evaluation: number, kept: Uint32Array): EvaluationWork {
  const { config, items, width, dynamicTokens } = run;
  const size = { items, images: items, latentItems: items, modulationRows: items };
  const program = recordEvaluation(config, ditLayers(config), { ...size, dynamicTokens });
  const row = items * tokenCount(config);
  const lists = new Map<number, number>();
  for (const op of program.ops) {
    if (op.kind !== 'selectTokens') continue;
    const mask = kept.subarray(op.keptRow * row, (op.keptRow + 1) * row);
    lists.set(
      op.rows,
      mask.reduce((sum, bit) => sum + bit, 0),
    );
  }
  const at = { evaluation, width, rows: (list: number) => lists.get(list) ?? 0 };
  const all = program.ops.reduce((sum, op) => sum + multiplyAdds(op, program, at), 0);
  const { done, static: whole } = run.work(evaluation, kept);
  return { gflop: (2 * all) / 1e9, share: done / whole };
}
