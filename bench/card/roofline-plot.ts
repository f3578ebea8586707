import { chart, type Series } from '../plot/chart';
import { roofAt } from '../roofline';
import type { CardFigures } from './figures';
import { figure } from './elements';

/** How far below and above the figures the roof is drawn. */
const beyond = 4;

/** Where the figures lie below what the card can do at most, as the text of an SVG. */
export function rooflinePlot({ roof, modes, ops }: CardFigures): string {
  const all = [...modes, ...ops].map(({ flopsPerByte }) => flopsPerByte);
  const ridge = roof.gflops / roof.gigabytesPerSecond;
  const from = Math.min(ridge, ...all) / beyond;
  const to = Math.max(ridge, ...all) * beyond;
  const point = (of: { readonly flopsPerByte: number; readonly gflopsPerSecond: number }) => ({
    x: of.flopsPerByte,
    y: of.gflopsPerSecond,
  });
  const series: readonly Series[] = [
    {
      name: `At most: ${figure(roof.gflops)} GFLOP/s, ${figure(roof.gigabytesPerSecond)} GB/s`,
      points: [from, ridge, to].map((x) => ({ x, y: roofAt(roof, x) })),
      bound: true,
    },
    { name: 'An evaluation, in each mode', points: modes.map(point) },
    { name: 'Products of a block', points: ops.filter(({ op }) => op !== 'attention').map(point) },
    { name: 'Attention', points: ops.filter(({ op }) => op === 'attention').map(point) },
  ];
  const described = [
    ...modes.map((of) => ({ name: of.mode, of })),
    ...ops.map((of) => ({ name: of.op, of })),
  ].map(
    ({ name, of }) =>
      `${name} ${figure(of.gflopsPerSecond)} GFLOP/s at ${figure(of.flopsPerByte)} flops a byte`,
  );
  return chart({
    title: 'Roofline',
    description: `The card does ${figure(roof.gflops)} GFLOP/s at most, and moves ${figure(roof.gigabytesPerSecond)} GB/s. ${described.join('; ')}.`,
    x: { label: 'flops a byte that is moved', log: true },
    y: { label: 'GFLOP/s', log: true },
    series: series.filter(({ points }) => points.length > 0),
  });
}
