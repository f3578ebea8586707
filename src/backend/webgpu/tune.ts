import type { Op } from '../../ops/op';
import type { KernelMemory } from './kernel-memory';
import { attentionShape } from './ops/attention';
import { convShape } from './ops/conv';
import { linearShape, type ProductContext } from './ops/linear';
import type { TimeKernel } from './time-kernel';
import type { VariantChoice } from './variants/choice';
import { keyOf, type TunedOp } from './variants/tuned-op';
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
  readonly time: TimeKernel;
  /** See `PaceParts`. */
  readonly tickMs: number;
  readonly now: () => number;
}

/**
 * Times the variants of the ops that a program is mostly made of, on this adapter, and remembers
 * the fastest. Those of the class `exact` give the same bits, so that noise can't change a picture.
 */
export class Tuner {
  #spentMs = 0;
  /** What the programs of this visit are mostly made of, by `keyOf`. */
  readonly #wanted = new Map<string, TunedOp>();

  constructor(private readonly parts: TuneParts) {}

  /** Takes over what was measured on an earlier visit. */
  async recall(): Promise<void> {
    for (const [key, name] of await this.parts.memory.read()) this.parts.choice.remember(key, name);
  }

  /**
   * Forgets what was measured, and measures what the programs of this visit need anew.
   * @param onProgress 0..1
   * @returns how many ops have a measured kernel now
   */
  async measureAgain(onProgress: (fraction: number) => void): Promise<number> {
    this.#spentMs = 0;
    this.parts.choice.forget();
    await this.parts.memory.write(new Map());
    return this.#measure([...this.#wanted.values()], onProgress);
  }

  /** Measures what a program needs and nobody knows yet. */
  async prepare(context: ProductContext): Promise<void> {
    const ops = heavyOps(context);
    for (const op of ops) this.#wanted.set(keyOf(op), op);
    await this.#measure(ops);
  }

  async #measure(
    ops: readonly TunedOp[],
    onProgress?: (fraction: number) => void,
  ): Promise<number> {
    const { choice, memory, tickMs, now } = this.parts;
    if (tickMs > longestTickMs) return 0;
    let found = 0;
    for (const [index, op] of ops.entries()) {
      onProgress?.(index / ops.length);
      const key = keyOf(op);
      const candidates = choice.candidates(op);
      if (choice.measured.has(key) || candidates.length < 2 || this.#spentMs > budgetMs) continue;
      const start = now();
      const fastest = await this.#fastest(op, candidates);
      this.#spentMs += now() - start;
      if (fastest === undefined) continue;
      choice.remember(key, fastest);
      found++;
    }
    if (found > 0) await memory.write(choice.measured);
    return found;
  }

  /** Undefined where the time was up before all had their turn. */
  async #fastest(op: TunedOp, candidates: readonly string[]): Promise<string | undefined> {
    const { now, time } = this.parts;
    const deadline = now() + budgetMs - this.#spentMs;
    let best: { readonly name: string; readonly ms: number } | undefined;
    for (const name of candidates) {
      if (now() > deadline) return undefined;
      const ms = await time(op, name, best?.ms);
      if (!best || ms < best.ms) best = { name, ms };
    }
    return best?.name;
  }
}

/** What a program spends its time on and kernels can be chosen for, each once, the heaviest first. */
function heavyOps(context: ProductContext): readonly TunedOp[] {
  const { program } = context;
  const all = program.ops.reduce((sum, op) => sum + fullMultiplyAdds(op, program), 0);
  const heavy = new Map<string, { readonly tuned: TunedOp; readonly work: number }>();
  for (const op of program.ops) {
    const tuned = tunedOp(op, context);
    if (!tuned) continue;
    const key = keyOf(tuned);
    const work = fullMultiplyAdds(op, program) + (heavy.get(key)?.work ?? 0);
    heavy.set(key, { tuned, work });
  }
  return [...heavy.values()]
    .filter(({ work }) => work >= leastShare * all)
    .sort((a, b) => b.work - a.work)
    .map(({ tuned }) => tuned);
}

function tunedOp(op: Op, context: ProductContext): TunedOp | undefined {
  switch (op.kind) {
    case 'linear':
    case 'addGated':
      return { kind: 'linear', shape: linearShape(op, context) };
    case 'attention':
      return { kind: 'attention', shape: attentionShape(op, context) };
    case 'conv':
      return { kind: 'conv', shape: convShape(op, context) };
    default:
      return undefined;
  }
}
