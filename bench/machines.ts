import { createEngine } from '../src/engine/index';
import { DyditError } from '../src/errors';
import { machinesOf, type BenchContext } from './context';
import { kernelCases, kernelStorages, shapeOf } from './kernel-cases';
import type { Mode } from './names';
import { pictureRequest } from './picture-request';
import type { AttentionResult, KernelResult, PictureResult } from './report';
import { median } from './timings';

/** Measures the peaks of all machines, once more. */
export async function measurePeaks({ runtime, options, peaks }: BenchContext): Promise<void> {
  const workplace = await runtime.openWorkplace();
  for (const machine of machinesOf(options)) {
    peaks.push({ ...machine, gflops: await workplace.peak(machine) });
  }
  await workplace.close();
}

/** A throughput that is yet to be held to the peak. */
export type KernelFigure = Omit<KernelResult, 'fractionOfPeak'> & { readonly threads: number };

/**
 * The products of a block, alone, on every backend, with every kind of weights; on the processor with
 * one thread, where that was asked for.
 */
export async function benchKernels(context: BenchContext): Promise<readonly KernelFigure[]> {
  const figures: KernelFigure[] = [];
  for (const machine of machinesOf(context.options)) {
    if (machine.threads !== 1) continue;
    context.log(`kernels on ${machine.backend}`);
    const workplace = await context.runtime.openWorkplace();
    await workplace.openMachine(machine);
    const cases = kernelCases(context.options.batch);
    const stored = cases.flatMap((given) => kernelStorages.map((storage) => ({ given, storage })));
    for (const { given, storage } of stored) {
      const name = `${given.config} ${given.name}`;
      try {
        const { gflopsPerSecond } = await workplace.kernel(given, storage);
        const shape = shapeOf(given);
        figures.push({ ...machine, name, shape, storage, gflopsPerSecond });
      } catch (error) {
        context.refusals.push(
          `${name}, ${storage}, on ${machine.backend}: ${DyditError.from(error).message}`,
        );
      }
    }
    await workplace.close();
  }
  return figures;
}

/** Tokens of 512 and of 1024 pixels, heads as XL/2 has them. */
const attentionTokens = [1024, 4096] as const;
const headSize = 72;

/** Attention on the graphics card, at two lengths, to see how it grows. */
export async function benchAttention(context: BenchContext): Promise<readonly AttentionResult[]> {
  const results: AttentionResult[] = [];
  if (!context.options.backends.includes('webgpu')) return results;
  const workplace = await context.runtime.openWorkplace();
  await workplace.openMachine({ backend: 'webgpu', threads: 1 });
  // One head keeps a processor busy, and waiting for sixteen would take minutes.
  const heads = context.adapter?.software ? 1 : 16;
  for (const tokens of attentionTokens) {
    context.log(`attention, ${tokens} tokens`);
    try {
      const given = { tokens, heads, size: headSize };
      results.push({ backend: 'webgpu', ...given, ...(await workplace.attention(given)) });
    } catch (error) {
      context.refusals.push(`Attention, ${tokens} tokens: ${DyditError.from(error).message}`);
    }
  }
  await workplace.close();
  return results;
}

const steps = 25;

/** Mean difference of colours, of 255: pictures that are the same but for rounding and a token. */
const pictureTolerance = 3;

/** Whole pictures of the shipped model, on every backend with the most threads asked for. */
export async function benchPictures(context: BenchContext): Promise<readonly PictureResult[]> {
  const results: PictureResult[] = [];
  const wanted = pictureModes(context, false);
  if (wanted.length === 0) return results;
  const expected = await expectedPictures(wanted);
  const { options } = context;
  for (const machine of machinesOf({ ...options, threads: [Math.max(...options.threads)] })) {
    const slow = machine.backend === 'webgpu' && (context.adapter?.software ?? false);
    context.log(`pictures on ${machine.backend}`);
    const workplace = await context.runtime.openWorkplace();
    await workplace.openEngine(machine);
    for (const mode of pictureModes(context, slow)) {
      const draw = () => workplace.picture(mode, steps);
      try {
        const runs = [await draw()];
        const difference = meanDifference(runs[0].rgba, expected.get(mode) ?? []);
        if (!(difference <= pictureTolerance)) {
          throw new DyditError('internal', `another picture, by ${difference} of 255 in the mean.`);
        }
        // The first one compiles and is not counted, where another one can be waited for.
        if (!slow) {
          runs.pop();
          for (let i = 0; i < context.options.repeats; i++) runs.push(await draw());
        }
        results.push({
          ...{ backend: machine.backend, steps, mode },
          ms: median(runs.map(({ ms }) => ms)),
          decodeMs: median(runs.map(({ decodeMs }) => decodeMs)),
        });
      } catch (error) {
        const what = `Picture on ${machine.backend}, ${mode}`;
        context.refusals.push(`${what}: ${DyditError.from(error).message}`);
      }
    }
    await workplace.close();
  }
  return results;
}

/** The slow ones draw one picture: with everything on, where that was asked for. */
function pictureModes({ options }: BenchContext, slow: boolean): readonly Mode[] {
  const modes = options.modes.filter((mode) => mode === 'both' || mode === 'static');
  return slow && modes.includes('both') ? ['both'] : modes;
}

/** The pictures as the engine in Node draws them: without relaxed SIMD, on one thread. */
async function expectedPictures(
  modes: readonly Mode[],
): Promise<ReadonlyMap<Mode, Uint8ClampedArray>> {
  const engine = await createEngine({ backend: 'wasm', threads: 1 });
  try {
    const url = new URL('../public/models/emoji/manifest.json', import.meta.url).href;
    await engine.load({ kind: 'manifest', url });
    const pictures = new Map<Mode, Uint8ClampedArray>();
    for (const mode of modes) {
      const { pictures: drawn } = await engine.generate(pictureRequest(mode, steps));
      pictures.set(mode, drawn[0].rgba);
    }
    return pictures;
  } finally {
    engine.dispose();
  }
}

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0) return Infinity;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
  return sum / a.length;
}
