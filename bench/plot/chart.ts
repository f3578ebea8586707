import { scaleOf, type AxisSpec, type Scale } from './scale';

/** Points that belong together. */
export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Joined by a line, without marks: a bound. */
  readonly bound?: boolean;
  /** Joined by a line. */
  readonly line?: boolean;
}

export interface ChartSpec {
  readonly title: string;
  /** What is to be seen in it, for those who do not see it. */
  readonly description: string;
  readonly x: AxisSpec;
  readonly y: AxisSpec;
  readonly series: readonly Series[];
}

const width = 480;
const height = 340;
const plot = { left: 56, right: 24, top: 16, bottom: 48 };
const legendRow = 22;

/**
 * A chart as the text of an SVG, with its title and description inside; chart.css has its colours.
 * @param style that text of chart.css, where the SVG is to stand alone
 */
export function chart({ title, description, x, y, series }: ChartSpec, style = ''): string {
  const points = series.flatMap((one) => one.points);
  const scales = {
    x: scaleOf(
      x,
      points.map((point) => point.x),
    ),
    y: scaleOf(
      y,
      points.map((point) => point.y),
    ),
  };
  const whole = height + series.length * legendRow;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" class="chart" role="img">`,
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc>${style && `<style>${style}</style>`}`,
    axes(scales, { x: x.label, y: y.label }),
    ...series.map((one, index) => drawn(one, index, scales)),
    legend(series),
    '</svg>',
  ].join('\n');
}

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

function placeX(at: number): number {
  return round(plot.left + at * (width - plot.left - plot.right));
}

function placeY(at: number): number {
  return round(height - plot.bottom - at * (height - plot.top - plot.bottom));
}

function axes({ x, y }: Scales, labels: { readonly x: string; readonly y: string }): string {
  const [left, right, top, bottom] = [placeX(0), placeX(1), placeY(1), placeY(0)];
  return [
    ...x.ticks.map((tick) => {
      const at = placeX(x.at(tick));
      return `<path class="grid" d="M${at} ${top}V${bottom}"/><text class="tick" x="${at}" y="${bottom + 18}" text-anchor="middle">${numeral(tick)}</text>`;
    }),
    ...y.ticks.map((tick) => {
      const at = placeY(y.at(tick));
      return `<path class="grid" d="M${left} ${at}H${right}"/><text class="tick" x="${left - 8}" y="${at + 4}" text-anchor="end">${numeral(tick)}</text>`;
    }),
    `<text x="${right}" y="${height - 8}" text-anchor="end">${escaped(labels.x)}</text>`,
    `<text x="${left + 8}" y="${top + 14}">${escaped(labels.y)}</text>`,
  ].join('');
}

function drawn(
  { points, bound = false, line = false }: Series,
  index: number,
  scales: Scales,
): string {
  const places = points.map((point) => ({
    x: placeX(scales.x.at(point.x)),
    y: placeY(scales.y.at(point.y)),
  }));
  const path = places.map(({ x, y }, i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  const curve = `<path class="curve${bound ? ' bound' : ''}" d="${path}"/>`;
  const marks = places.map(({ x, y }) => mark(index, x, y)).join('');
  return `<g class="c${index % 5}">${bound || line ? curve : ''}${bound ? '' : marks}</g>`;
}

/** A circle, a square, a triangle or a diamond. */
function mark(index: number, x: number, y: number): string {
  const shapes = [
    `<circle class="mark" cx="${x}" cy="${y}" r="5"/>`,
    `<rect class="mark" x="${x - 5}" y="${y - 5}" width="10" height="10"/>`,
    `<path class="mark" d="M${x} ${y - 6}l6 11h-12z"/>`,
    `<path class="mark" d="M${x} ${y - 7}l7 7l-7 7l-7 -7z"/>`,
  ];
  return shapes[index % shapes.length];
}

function legend(series: readonly Series[]): string {
  return series
    .map(({ name, bound = false }, index) => {
      const x = plot.left;
      const y = height + index * legendRow + 10;
      const sign = bound ? `<path class="curve bound" d="M${x - 10} ${y}h20"/>` : mark(index, x, y);
      return `<g class="c${index % 5}">${sign}</g><text x="${x + 16}" y="${y + 4}">${escaped(name)}</text>`;
    })
    .join('');
}

function numeral(value: number): string {
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
