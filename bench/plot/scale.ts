/** An axis of a chart. */
export interface AxisSpec {
  readonly label: string;
  /** Whether equal steps are equal factors. */
  readonly log?: boolean;
}

/** Where values of an axis lie. */
export interface Scale {
  readonly ticks: readonly number[];
  /** 0..1 along the axis. */
  readonly at: (value: number) => number;
}

const mostTicks = 6;

/** A scale over all values: from 0 where it is linear, from power of ten to power of ten where it is not. */
export function scaleOf({ log = false }: AxisSpec, values: readonly number[]): Scale {
  return log ? logScale(values) : linearScale(values);
}

function linearScale(values: readonly number[]): Scale {
  const most = Math.max(...values, Number.MIN_VALUE);
  const step = niceStep(most / mostTicks);
  const top = Math.ceil(most / step) * step;
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  return { ticks, at: (value) => value / top };
}

/** 1, 2 or 5 times a power of ten, not below `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= least) ?? 10;
  return factor * power;
}

function logScale(values: readonly number[]): Scale {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return { ticks, at: (value) => (Math.log10(value) - low) / (high - low) };
}
