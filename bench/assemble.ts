import { DyditError } from '../src/errors';
import type { BenchContext } from './context';
import type { KernelFigure } from './machines';
import type { NetworkFigures } from './networks';
import { fractionOfPeak, highestPeaks, type Figure } from './peaks';
import type { AttentionResult, BenchReport, PictureResult } from './report';

/** What was measured. */
export interface Figures {
  readonly cpu: string;
  readonly networks: readonly NetworkFigures[];
  readonly kernels: readonly KernelFigure[];
  readonly attention: readonly AttentionResult[];
  readonly pictures: readonly PictureResult[];
}

/** The report, without the figures that no machine of this peak can have reached. */
export function assemble(
  context: Pick<BenchContext, 'adapter' | 'peaks' | 'refusals'> & {
    readonly options: Pick<BenchContext['options'], 'runtime' | 'lambda'>;
  },
  { cpu, networks, kernels, attention, pictures }: Figures,
): BenchReport {
  const { adapter, peaks: measured, refusals, options } = context;
  const peaks = highestPeaks(measured);
  const fraction = (figure: Figure): number | undefined => {
    try {
      return fractionOfPeak(figure, peaks);
    } catch (error) {
      const { message, advice } = DyditError.from(error);
      refusals.push(`${message} ${advice}`);
      return undefined;
    }
  };
  const results = networks.flatMap((network) => network.results);
  const possible = results.filter(({ config, mode, backend, threads, gflop, msPerEvaluation }) => {
    const gflopsPerSecond = (1000 * gflop) / msPerEvaluation;
    const what = `${config}, ${mode}`;
    return fraction({ what, backend, threads, gflopsPerSecond }) !== undefined;
  });
  const isPossible = ({ backend, tokens, heads, size, ms }: AttentionResult): boolean => {
    const gflopsPerSecond = (4 * tokens ** 2 * heads * size) / (ms * 1e6);
    const what = `attention, ${tokens} tokens`;
    return fraction({ what, backend, threads: 1, gflopsPerSecond }) !== undefined;
  };
  return {
    adapter: adapter?.description ?? 'not asked for',
    ...{ runtime: options.runtime, lambda: options.lambda },
    cpu,
    peaks: [...peaks],
    results: possible,
    costs: networks.flatMap(({ costs }) => costs),
    attention: attention.filter((timing) => isPossible(timing)),
    pictures: [...pictures],
    kernels: kernels.flatMap(({ threads, ...kernel }) => {
      const { name, backend, gflopsPerSecond } = kernel;
      const fractionOfPeak = fraction({ what: name, backend, threads, gflopsPerSecond });
      return fractionOfPeak === undefined ? [] : [{ ...kernel, fractionOfPeak }];
    }),
    peers: networks.flatMap((network) => network.peers),
  };
}
