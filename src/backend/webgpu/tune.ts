import type { AddGatedOp, LinearOp } from '../../ops/op';
import type { Program } from '../../ops/program';
import type { KernelMemory } from './kernel-memory';
import { linearShape, type ProductContext } from './ops/linear';
import type { TimeProduct } from './time-product';
import { linearKey, type VariantChoice } from './variants/choice';
import type { LinearShape, LinearVariant } from './variants/linear';
import { fullMultiplyAdds } from './work';

/** All measuring of a visit together, so that nobody waits for it. */
const budgetMs = 1500;

/** Ops with less than this share of a program's work are not worth a measurement. */
const leastShare = 0.03;

/** The clock is of no use where a tick is longer: a shape alone would cost seconds. */
const longestTickMs = 20;

export interface TuneParts {
  readonly choice: VariantChoice;
  readonly memory: Pick<KernelMemory, 'read' | 'write'>;
  readonly time: TimeProduct;
  /** See `PaceParts`. */
  readonly tickMs: number;
  readonly now: () => number;
}

/**
 * Times the variants of the products that a program is mostly made of, on this adapter, and remembers
 * the fastest. Those of the class `exact` give the same bits, so that noise can't change a picture.
 */
export class Tuner {
  #spentMs = 0;
  /** What the programs of this visit are mostly made of, by `linearKey`. */
  readonly #wanted = new Map<string, LinearShape>();

  constructor(private readonly parts: TuneParts) {}

  /** Takes over what was measured on an earlier visit. */
  async recall(): Promise<void> {
    for (const [key, name] of await this.parts.memory.read()) this.parts.choice.remember(key, name);
  }

  /**
   * Forgets what was measured, and measures what the programs of this visit need anew.
   * @param onProgress 0..1
   * @returns how many shapes have a measured kernel now
   */
  async measureAgain(onProgress: (fraction: number) => void): Promise<number> {
    this.#spentMs = 0;
    this.parts.choice.forget();
    await this.parts.memory.write(new Map());
    return this.#measure([...this.#wanted.values()], onProgress);
  }

  /** Measures what a program needs and nobody knows yet. */
  async prepare(context: ProductContext): Promise<void> {
    const shapes = heavyShapes(context);
    for (const shape of shapes) this.#wanted.set(linearKey(shape), shape);
    await this.#measure(shapes);
  }

  async #measure(
    shapes: readonly LinearShape[],
    onProgress?: (fraction: number) => void,
  ): Promise<number> {
    const { choice, memory, tickMs, now } = this.parts;
    if (tickMs > longestTickMs) return 0;
    let found = 0;
    for (const [index, shape] of shapes.entries()) {
      onProgress?.(index / shapes.length);
      const key = linearKey(shape);
      const candidates = choice.linearCandidates(shape);
      if (choice.measured.has(key) || candidates.length < 2 || this.#spentMs > budgetMs) continue;
      const start = now();
      const fastest = await this.#fastest(shape, candidates);
      this.#spentMs += now() - start;
      if (!fastest) continue;
      choice.remember(key, fastest.name);
      found++;
    }
    if (found > 0) await memory.write(choice.measured);
    return found;
  }

  /** Undefined where the time was up before all had their turn. */
  async #fastest(
    shape: LinearShape,
    candidates: readonly LinearVariant[],
  ): Promise<LinearVariant | undefined> {
    const { now, time } = this.parts;
    const deadline = now() + budgetMs - this.#spentMs;
    let best: { readonly variant: LinearVariant; readonly ms: number } | undefined;
    for (const variant of candidates) {
      if (now() > deadline) return undefined;
      const ms = await time(shape, variant, best?.ms);
      if (!best || ms < best.ms) best = { variant, ms };
    }
    return best?.variant;
  }
}

/** Shapes of the products that a program spends its time on, each once, the heaviest first. */
function heavyShapes(context: ProductContext): readonly LinearShape[] {
  const { program } = context;
  const all = program.ops.reduce((sum, op) => sum + fullMultiplyAdds(op, program), 0);
  const shapes = new Map<string, { readonly shape: LinearShape; readonly work: number }>();
  for (const op of program.ops.filter(isProduct)) {
    const shape = linearShape(op, context);
    const key = linearKey(shape);
    const work = fullMultiplyAdds(op, program) + (shapes.get(key)?.work ?? 0);
    shapes.set(key, { shape, work });
  }
  return [...shapes.values()]
    .filter(({ work }) => work >= leastShare * all)
    .sort((a, b) => b.work - a.work)
    .map(({ shape }) => shape);
}

function isProduct(op: Program['ops'][number]): op is LinearOp | AddGatedOp {
  return op.kind === 'linear' || op.kind === 'addGated';
}
