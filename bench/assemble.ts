import { DyditError } from '../src/errors';
import type { BenchContext } from './context';
import type { KernelFigure } from './machines';
import type { NetworkFigures } from './networks';
import { fractionOfPeak, highestPeaks, type Figure } from './peaks';
import type { BenchReport, PictureResult } from './report';

/** What was measured. */
export interface Figures {
  readonly cpu: string;
  readonly networks: readonly NetworkFigures[];
  readonly kernels: readonly KernelFigure[];
  readonly pictures: readonly PictureResult[];
}

/** The report, without the figures that no machine of this peak can have reached. */
export function assemble(
  { adapter, peaks: measured, refusals }: Pick<BenchContext, 'adapter' | 'peaks' | 'refusals'>,
  { cpu, networks, kernels, pictures }: Figures,
): BenchReport {
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
  return {
    adapter: adapter?.description ?? 'not asked for',
    cpu,
    peaks: [...peaks],
    results: possible,
    pictures: [...pictures],
    kernels: kernels.flatMap(({ threads, ...kernel }) => {
      const { name, backend, gflopsPerSecond } = kernel;
      const fractionOfPeak = fraction({ what: name, backend, threads, gflopsPerSecond });
      return fractionOfPeak === undefined ? [] : [{ ...kernel, fractionOfPeak }];
    }),
    peers: networks.flatMap((network) => network.peers),
  };
}
