import type { BenchReport, Result } from '../report';
import type { ChartSpec, Series } from './chart';

/** A report, and the figure that a result is drawn at. */
interface Measured extends Result {
  readonly lambda: number;
}

/**
 * How an evaluation's cost grows, as charts by the names of their files; those without figures are
 * absent. One machine at a time: ratios between machines are another matter.
 */
export function growthCharts(
  reports: readonly BenchReport[],
  backend: Result['backend'],
): ReadonlyMap<string, ChartSpec> {
  const threads = Math.max(
    ...reports.flatMap(({ results }) => results.map((result) => result.threads)),
  );
  const measured = reports.flatMap(({ lambda, results }) =>
    results
      .filter((one) => one.backend === backend && (backend === 'webgpu' || one.threads === threads))
      .map((result) => ({ ...result, lambda })),
  );
  const adapters = [
    ...new Set(reports.map(({ adapter, cpu }) => (backend === 'webgpu' ? adapter : cpu))),
  ];
  const where = adapters.join(', ');
  const charts: readonly (readonly [string, ChartSpec])[] = [
    ['batch', byBatch(measured, where)],
    ['tokens', byTokens(measured, where)],
    ['width', byShare(measured, where)],
    ['size', bySize(measured, where)],
  ];
  return new Map(charts.filter(([, { series }]) => series.some(({ bound }) => !bound)));
}

function byBatch(all: readonly Measured[], where: string): ChartSpec {
  const emoji = all.filter(({ config }) => config === 'emoji');
  return {
    ...described('Growth with the batch', 'the emoji network', where),
    x: { label: 'items of an evaluation' },
    y: { label: 'ms an evaluation' },
    series: linesOf(
      emoji,
      ({ mode }) => mode,
      ({ batch }) => batch,
    ),
  };
}

/** Networks of which both lengths were measured. */
function byTokens(all: readonly Measured[], where: string): ChartSpec {
  const sizeOf = ({ config }: Measured): string => config.replace('-512', '');
  const tokensOf = ({ config }: Measured): number => (config.endsWith('-512') ? 1024 : 256);
  const official = all.filter(({ config, lambda }) => config !== 'emoji' && lambda === 0.5);
  const both = official.filter((one) =>
    official.some((other) => sizeOf(other) === sizeOf(one) && tokensOf(other) !== tokensOf(one)),
  );
  const named = both.filter(({ mode }) => mode === 'static' || mode === 'both');
  return {
    ...described('Growth with the tokens', '256 and 1024 tokens', where),
    x: { label: 'tokens', log: true },
    y: { label: 'ms an evaluation', log: true },
    series: linesOf(named, (one) => `${sizeOf(one)}, ${one.mode}`, tokensOf),
  };
}

function byShare(all: readonly Measured[], where: string): ChartSpec {
  const points = all.flatMap((one) => {
    const whole = all.find(
      (other) => other.mode === 'static' && sameNetwork(other, one) && other.lambda === one.lambda,
    );
    return whole && one.mode !== 'static'
      ? [{ one, x: one.share, y: whole.msPerEvaluation / one.msPerEvaluation }]
      : [];
  });
  const modes = [...new Set(points.map(({ one }) => one.mode))];
  return {
    ...described('Speed-up over the work that is kept', 'all networks', where),
    x: { label: 'share of the multiply-adds' },
    y: { label: 'times as fast as static' },
    series: [
      ...modes.map((mode) => ({
        name: mode,
        points: points.filter(({ one }) => one.mode === mode),
      })),
      {
        name: '1 / share',
        points: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((x) => ({ x, y: 1 / x })),
        bound: true,
      },
    ],
  };
}

function bySize(all: readonly Measured[], where: string): ChartSpec {
  const at256 = all.filter(
    ({ config, lambda, batch }) => !config.endsWith('-512') && lambda === 0.5 && batch === 2,
  );
  const gflop = (one: Measured): number =>
    all.find((other) => other.mode === 'static' && sameNetwork(other, one))?.gflop ?? one.gflop;
  return {
    ...described('Growth with the network', 'two items', where),
    x: { label: 'GFLOP of a static evaluation', log: true },
    y: { label: 'ms an evaluation', log: true },
    series: linesOf(at256, ({ mode }) => mode, gflop),
  };
}

function sameNetwork(a: Measured, b: Measured): boolean {
  return a.config === b.config && a.batch === b.batch;
}

function described(title: string, what: string, where: string) {
  return { title, description: `${title}, ${what}, on ${where}. The figures are in the JSON.` };
}

/** A line for each name, its points from left to right. */
function linesOf(
  all: readonly Measured[],
  name: (one: Measured) => string,
  x: (one: Measured) => number,
): readonly Series[] {
  return [...new Set(all.map(name))].map((wanted) => ({
    name: wanted,
    line: true,
    points: all
      .filter((one) => name(one) === wanted)
      .map((one) => ({ x: x(one), y: one.msPerEvaluation }))
      .sort((a, b) => a.x - b.x),
  }));
}
