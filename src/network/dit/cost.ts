import { isBlockOp, multiplyAdds } from '../../ops/cost';
import type { Program } from '../../ops/program';
import type { ActiveWidth } from '../../ops/width';
import { tokenCount, type DitConfig } from '../config';
import { ditLayers, type DitLayers } from './layers';
import { recordEvaluation } from './network';
import { openWidth } from './width-table';

/** Multiply-adds of an evaluation: those done, and those of the static model. */
export interface Work {
  readonly done: number;
  readonly static: number;
}

/** What an evaluation is counted for. */
export interface CostOptions {
  readonly config: DitConfig;
  readonly layers: DitLayers;
  /** B */
  readonly items: number;
  readonly width: ActiveWidth;
  readonly dynamicTokens: boolean;
}

/** Counts multiply-adds of the blocks (DyDiT, section 4.1) from the ops of the recorded network. */
export class EvaluationCost {
  readonly #program: Program;
  readonly #static: number;

  constructor(private readonly options: CostOptions) {
    const { config, layers, items, dynamicTokens } = options;
    const size = { items, images: items, latentItems: items, modulationRows: items };
    this.#program = recordEvaluation(config, layers, { ...size, dynamicTokens });
    this.#static = items * evaluationCost(config);
  }

  /** @param kept (L, B*N) of 0 or 1; not read without dynamic tokens */
  of(evaluation: number, kept: Uint32Array): Work {
    const { config, items, width } = this.options;
    const perLayer = items * tokenCount(config);
    const keptRows = new Map<number, number>();
    for (const op of this.#program.ops) {
      if (op.kind !== 'selectTokens') continue;
      const mask = kept.subarray(op.keptRow * perLayer, (op.keptRow + 1) * perLayer);
      keptRows.set(
        op.rows,
        mask.reduce((sum, bit) => sum + bit, 0),
      );
    }
    const rows = (tensor: number): number => keptRows.get(tensor) ?? 0;
    return { done: countBlocks(this.#program, { evaluation, width, rows }), static: this.#static };
  }
}

/** Multiply-adds of one network evaluation of one image by the static model. */
export function evaluationCost(config: DitConfig): number {
  const size = { items: 1, images: 1, latentItems: 1, modulationRows: 1, dynamicTokens: false };
  const program = recordEvaluation(config, ditLayers(config), size);
  return countBlocks(program, { evaluation: 0, width: openWidth(config, 1), rows: () => 0 });
}

function countBlocks(program: Program, at: Parameters<typeof multiplyAdds>[2]): number {
  return program.ops
    .filter((op) => isBlockOp(op))
    .reduce((sum, op) => sum + multiplyAdds(op, program, at), 0);
}
