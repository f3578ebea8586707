import { expect, it, vi } from 'vitest';
import { officialConfig } from './configs';
import type { ModelChoice } from './models';
import { parseOptions } from './options';
import { runBench } from './run-bench';
import { syntheticCheckpoint } from './synthetic';
import { localWorkplace, type Workplace } from './workplace/workplace';

/** DiT-S/2, but so small that plain loops are done with it at once. */
const small = { ...officialConfig('s2'), inputSize: 8, hiddenSize: 48, depth: 2, numHeads: 2 };

vi.mock('./models', async (original) => ({
  ...(await original<object>()),
  benchModel: ({ depth }: ModelChoice) =>
    Promise.resolve({ tensors: syntheticCheckpoint(small, { share: 0.5, depth }), hints: {} }),
}));

/** The engine on the processor of this process, with a part of what it says replaced. */
function runtimeWith(fake: (real: Workplace) => Partial<Workplace>) {
  const openWorkplace = (): Promise<Workplace> => {
    const real = localWorkplace({
      openEmoji: () => Promise.reject(new Error('It was not asked for.')),
      emojiManifest: '',
      wasmPeak: () => Promise.resolve(100),
    });
    const kernel = () => Promise.resolve({ gflopsPerSecond: 1 });
    return Promise.resolve({ ...real, kernel, ...fake(real) });
  };
  return { openWorkplace };
}

async function bench(fake: (real: Workplace) => Partial<Workplace>) {
  const refusals: string[] = [];
  const options = parseOptions([
    ...['--config', 's2', '--backends', 'wasm', '--threads', '1', '--repeats', '1'],
    ...['--modes', 'both'],
  ]);
  const runtime = runtimeWith(fake);
  const report = await runBench({ runtime, options, refusals, log: () => undefined });
  return { report, refusals };
}

it('never times what computes something else, and says so', async () => {
  const timed: string[] = [];
  const { report, refusals } = await bench((real) => ({
    async outputs(mode) {
      const { outputs, work } = await real.outputs(mode);
      const wrong = outputs.map(({ prediction, kept }) => ({
        kept,
        prediction: prediction.map((value, i) => (i % 100 === 7 ? value + 0.1 : value)),
      }));
      return { outputs: wrong, work };
    },
    time(mode) {
      timed.push(mode);
      return Promise.resolve(500);
    },
  }));
  expect(report.results).toEqual([]);
  expect(refusals).toEqual([expect.stringContaining('computes something else')]);
  expect(timed).toEqual([]);
});

it('refuses a time above the roofline, of what is otherwise right', async () => {
  const { report, refusals } = await bench(() => ({ time: () => Promise.resolve(1e-4) }));
  expect(report.results).toEqual([]);
  expect(refusals).toEqual([expect.stringContaining('is above the peak')]);
});
