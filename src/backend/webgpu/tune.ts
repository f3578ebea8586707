import { wholeAxis } from '../../ops/axis';
import type { LinearLayer } from '../../ops/layer';
import type { AddGatedOp, LinearOp } from '../../ops/op';
import type { Program } from '../../ops/program';
import { chunk, Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import { Owned } from '../owned';
import type { Storage } from '../backend';
import { withErrorScopes } from './gpu/error-scope';
import type { KernelLibrary } from './kernel-library';
import type { KernelMemory } from './kernel-memory';
import { GpuLane } from './lane';
import { linearShape } from './ops/linear';
import { Pace } from './pace';
import { linearKey, VariantChoice } from './variants/choice';
import type { LinearShape, LinearVariant } from './variants/linear';
import type { GpuWeights } from './weights';
import { fullMultiplyAdds } from './work';

/** All measuring of a visit together, so that nobody waits for it. */
const budgetMs = 1500;

/** Ops with less than this share of a program's work are not worth a measurement. */
const leastShare = 0.03;

/** A stretch that is timed takes this long at least, in ms and in ticks of the clock. */
const stretchMs = 3;
const stretchTicks = 4;

/** The clock is of no use where a tick is longer: a shape alone would cost seconds. */
const longestTickMs = 20;

/** Multiply-adds of a program that is timed, and most products in it. */
const programWork = 5e8;
const mostProducts = 32;

const tries = 3;

/** What is not worth another try after the first, against the best so far. */
const hopeless = 2;

export interface TuneParts {
  readonly library: KernelLibrary;
  readonly choice: VariantChoice;
  readonly memory: KernelMemory;
  /** GFLOP/s; see `PaceParts`. */
  readonly gflops: number;
  readonly tickMs: number;
}

/**
 * Times the exact variants of the products that a program is mostly made of, on this adapter, and
 * remembers the fastest. They give the same bits, so that noise can't change a picture.
 */
export class Tuner {
  #spentMs = 0;

  constructor(private readonly parts: TuneParts) {}

  /** Takes over what was measured on an earlier visit. */
  async recall(): Promise<void> {
    for (const [key, name] of await this.parts.memory.read()) this.parts.choice.remember(key, name);
  }

  /** Forgets what was measured, so that the next programs measure again. */
  async forget(): Promise<void> {
    this.#spentMs = 0;
    this.parts.choice.forget();
    await this.parts.memory.write(new Map());
  }

  /** Measures what a program needs and nobody knows yet. */
  async prepare(program: Program, weights: GpuWeights): Promise<void> {
    const { choice, memory, tickMs, library } = this.parts;
    if (tickMs > longestTickMs) return;
    let found = false;
    for (const shape of heavyShapes(program, weights)) {
      const key = linearKey(shape);
      const candidates = choice.linearCandidates(shape);
      if (choice.measured.has(key) || candidates.length < 2 || this.#spentMs > budgetMs) continue;
      const start = performance.now();
      const fastest = await withErrorScopes(library.gpu, 'measuring the kernels', () =>
        this.#fastest(shape, candidates),
      );
      this.#spentMs += performance.now() - start;
      if (!fastest) continue;
      choice.remember(key, fastest.name);
      found = true;
    }
    if (found) await memory.write(choice.measured);
  }

  /** Undefined where the time was up before all had their turn. */
  async #fastest(
    shape: LinearShape,
    candidates: readonly LinearVariant[],
  ): Promise<LinearVariant | undefined> {
    const deadline = performance.now() + budgetMs - this.#spentMs;
    let best: { readonly variant: LinearVariant; readonly ms: number } | undefined;
    for (const variant of candidates) {
      if (performance.now() > deadline) return undefined;
      const ms = await this.#time(shape, variant, best?.ms);
      if (!best || ms < best.ms) best = { variant, ms };
    }
    return best?.variant;
  }

  /** Milliseconds of a product; one try only where it is far from `best`. */
  async #time(shape: LinearShape, variant: LinearVariant, best = Infinity): Promise<number> {
    const { library, gflops, tickMs } = this.parts;
    const { device } = library.gpu;
    const { queue } = device;
    const choice = new VariantChoice(library.gpu, { linear: variant.name });
    const pace = new Pace({ queue, gflops, tickMs, now: () => performance.now() });
    const lane = new GpuLane({ library, choice, pace });
    const products = Math.max(
      1,
      Math.min(mostProducts, Math.floor(programWork / (shape.rows * shape.k * shape.n))),
    );
    const owned = new Owned();
    try {
      const executable = owned.adopt(await compileProducts(lane, shape, products, owned));
      const stretch = async (runs: number): Promise<number> => {
        const start = performance.now();
        for (let i = 0; i < runs; i++) await executable.run();
        await queue.onSubmittedWorkDone();
        return (performance.now() - start) / (runs * products);
      };
      await stretch(1); // what a first run does besides
      const once = await stretch(1);
      if (once > hopeless * best) return once;
      const least = Math.max(stretchMs, stretchTicks * tickMs);
      const runs = Math.max(1, Math.ceil(least / (once * products)));
      let ms = runs === 1 ? once : Infinity;
      for (let i = 0; i < tries; i++) ms = Math.min(ms, await stretch(runs));
      return ms;
    } finally {
      owned.destroy();
      lane.destroy();
    }
  }
}

/** Shapes of the products that a program spends its time on, each once, the heaviest first. */
function heavyShapes(program: Program, weights: GpuWeights): readonly LinearShape[] {
  const all = program.ops.reduce((sum, op) => sum + fullMultiplyAdds(op, program), 0);
  const shapes = new Map<string, { readonly shape: LinearShape; readonly work: number }>();
  for (const op of program.ops.filter(isProduct)) {
    const shape = linearShape(op, { program, weights });
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

/** A program of so many like products, on zeros. */
async function compileProducts(
  lane: GpuLane,
  { rows, k, n, storage: kind, end }: LinearShape,
  products: number,
  owned: Owned,
) {
  const layer: LinearLayer = { kind: 'linear', name: 'layer', n: wholeAxis(n), k: wholeAxis(k) };
  const weights = owned.adopt(lane.createWeights('Tune'));
  const weight = kind === 'f32' ? new Float32Array(n * k) : new Uint16Array(n * k);
  await weights.upload({ layer, weight, bias: new Float32Array(n) });
  const net = new Recorder('Tune');
  const x = net.external('x', rowsOf(rows, layer.k));
  const y = net.external('y', rowsOf(rows, layer.n));
  const gates = net.external('gates', rowsOf(1, layer.n));
  for (let i = 0; i < products; i++) {
    if (end === 'AddGated') net.addGated(y, chunk(gates, 0), x, layer, { tokens: rows });
    else net.linear(x, layer, { into: y });
  }
  const allocate = (name: string, spec: Storage['spec']): Storage =>
    owned.adopt(lane.allocate(`Tune.${name}`, spec));
  const storage = { x: allocate('x', x), y: allocate('y', y), gates: allocate('gates', gates) };
  return lane.compile(net.finish(), { weights, storage });
}
