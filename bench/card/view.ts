import { paperShare, paperSpeedUp } from '../paper';
import { element, figure, note, percent, table } from './elements';
import type { CardFigures } from './figures';
import { cardNetworks } from './networks';
import { rooflinePlot } from './roofline-plot';
import { sharing } from './sharing';

/**
 * Tables and plot of what was measured, and the ways to take it along.
 * @param isShared where somebody else measured it
 */
export function figuresView(figures: CardFigures, isShared: boolean): readonly HTMLElement[] {
  const { adapter, software, network: id, lambda, ops, opsByTimestamps, refused } = figures;
  const network = cardNetworks.find((one) => one.id === id);
  const clock = opsByTimestamps ? 'the card’s own clock' : 'the clock on the wall';
  return [
    element('h2', adapter),
    ...(isShared
      ? [note('These figures came with the link, from another visit. Nobody vouches for them.')]
      : []),
    note(
      `${network?.name ?? id}, one picture with guidance, one evaluation, at λ = ${lambda}.${software ? ' There is no card: the processor does its work.' : ''}`,
    ),
    table(
      'An evaluation',
      ['', 'ms', 'GFLOP/s', 'work', 'faster', 'of 1/work'],
      evaluationRows(figures),
    ),
    note(
      `Faster: times as fast as static. Of 1/work: that over what the work left out would give, 1.00 at best.${network?.paper ? ' The paper’s row: DyDiT (arXiv 2410.03456, table 8), on a V100.' : ''}`,
    ),
    element('h2', 'What bounds it'),
    plot(figures),
    note(
      'Dashed: what this card does at most, measured by multiply-adds in registers and by copies. To the left of its bend memory is the bound, to the right arithmetic. Above the slope the caches help.',
    ),
    table(
      'Parts of a block, all active',
      ['', 'µs', 'GFLOP/s', 'of the peak'],
      ops.map(({ op, shape, ms, gflopsPerSecond }) => [
        ...[`${op}, ${shape}`, figure(1000 * ms), figure(gflopsPerSecond)],
        percent(gflopsPerSecond / figures.roof.gflops),
      ]),
    ),
    note(`Rows x inner x columns; timed by ${clock}; two flops a multiply-add.`),
    ...refused.map((text) => note(`Left out: ${text}`)),
    element('h2', 'Take it along'),
    ...sharing(figures),
  ];
}

function evaluationRows({ modes, network: id, lambda }: CardFigures): readonly string[][] {
  const whole = modes.find(({ mode }) => mode === 'static');
  const rows = modes.map(({ mode, ms, gflopsPerSecond, share }) => {
    const faster = whole && whole.ms / ms;
    return [
      ...[mode, figure(ms), figure(gflopsPerSecond), percent(share)],
      ...[faster?.toFixed(2) ?? '–', faster ? (faster * share).toFixed(2) : '–'],
    ];
  });
  const paper = cardNetworks.find((one) => one.id === id)?.paper;
  if (!paper) return rows;
  const share = paperShare(paper, lambda);
  const faster = paperSpeedUp(paper, lambda);
  const theirs = ['both, in the paper', '–', '–', percent(share), faster.toFixed(2)];
  return [...rows, [...theirs, (faster * share).toFixed(2)]];
}

function plot(figures: CardFigures): HTMLElement {
  const holder = element('figure');
  const parsed = new DOMParser().parseFromString(rooflinePlot(figures), 'image/svg+xml');
  holder.append(document.importNode(parsed.documentElement, true));
  return holder;
}
