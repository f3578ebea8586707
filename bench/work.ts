import { tokenCount } from '../src/network/config';
import { ditLayers } from '../src/network/dit/layers';
import { recordEvaluation } from '../src/network/dit/network';
import type { DitRun } from '../src/network/dit/run';
import { opWork } from './roofline';

/** Work of an evaluation. */
export interface EvaluationWork {
  /** All its multiply-adds, two flops each, in 10^9. */
  readonly gflop: number;
  /** Multiply-adds of the blocks over those of the static model. */
  readonly share: number;
  /** Bytes that its ops read and write, each once. */
  readonly bytes: number;
}

/** The evaluation whose work is asked for. */
export interface Evaluated {
  readonly evaluation: number;
  /** What `readKept` gave for it. */
  readonly kept: Uint32Array;
  /** Bytes of a weight of a product. */
  readonly weightBytes: number;
}

export function workOf(run: DitRun, { evaluation, kept, weightBytes }: Evaluated): EvaluationWork {
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
  const works = program.ops.map((op) => opWork(op, program, at, weightBytes));
  const { done, static: whole } = run.work(evaluation, kept);
  return {
    gflop: works.reduce((sum, { flops }) => sum + flops, 0) / 1e9,
    share: done / whole,
    bytes: works.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
