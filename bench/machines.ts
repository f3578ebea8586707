import { createEngine } from '../src/engine/index';
import { DyditError } from '../src/errors';
import { machinesOf, type BenchContext } from './context';
import { kernelCases, shapeOf } from './kernel-cases';
import type { Mode } from './options';
import type { BenchPage } from './page/page';
import { pictureRequest } from './picture-request';
import type { KernelResult, PictureResult } from './report';
import { openBenchPage } from './subjects';
import { median } from './timings';

/** The page's functions; `page.evaluate` carries the call over. */
declare const benchPage: BenchPage;

/** Measures the peaks of all machines, once more. */
export async function measurePeaks({ browser, options, peaks }: BenchContext): Promise<void> {
  const page = await openBenchPage(browser);
  for (const machine of machinesOf(options)) {
    const gflops = await page.evaluate((given) => benchPage.peak(given), machine);
    peaks.push({ ...machine, gflops });
  }
  await page.close();
}

/** A throughput that is yet to be held to the peak. */
export type KernelFigure = Omit<KernelResult, 'fractionOfPeak'> & { readonly threads: number };

/**
 * The products of a block, alone, on every backend. On the processor with one thread, where that was
 * asked for: a page's own thread may not sleep, so it has no others to share the work with.
 */
export async function benchKernels(context: BenchContext): Promise<readonly KernelFigure[]> {
  const figures: KernelFigure[] = [];
  for (const machine of machinesOf(context.options)) {
    if (machine.threads !== 1) continue;
    context.log(`kernels on ${machine.backend}`);
    const page = await openBenchPage(context.browser);
    await page.evaluate((given) => benchPage.openMachine(given), machine);
    for (const given of kernelCases(context.options.batch)) {
      const { config, name: op } = given;
      const name = `${config} ${op}`;
      try {
        const { gflopsPerSecond } = await page.evaluate((k) => benchPage.kernel(k), given);
        figures.push({ ...machine, name, shape: shapeOf(given), gflopsPerSecond });
      } catch (error) {
        context.refusals.push(`${name} on ${machine.backend}: ${DyditError.from(error).message}`);
      }
    }
    await page.close();
  }
  return figures;
}

const steps = 25;

/** Mean difference of colours, of 255: pictures that are the same but for rounding and a token. */
const pictureTolerance = 3;

/** Whole pictures of the shipped model, on every backend with the most threads asked for. */
export async function benchPictures(context: BenchContext): Promise<readonly PictureResult[]> {
  const results: PictureResult[] = [];
  const expected = await expectedPictures(pictureModes(context, false));
  const { options } = context;
  for (const machine of machinesOf({ ...options, threads: [Math.max(...options.threads)] })) {
    const slow = machine.backend === 'webgpu' && (context.adapter?.software ?? false);
    context.log(`pictures on ${machine.backend}`);
    const page = await openBenchPage(context.browser);
    await page.evaluate((given) => benchPage.openEngine(given), machine);
    for (const mode of pictureModes(context, slow)) {
      const draw = () => page.evaluate(([m, s]) => benchPage.picture(m, s), [mode, steps] as const);
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
    await page.close();
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
