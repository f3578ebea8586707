/** One call of the benchmark. */
export interface BenchRun {
  readonly name: string;
  readonly args: readonly string[];
}

const sizes = ['s2', 'b2', 'l2', 'xl2'] as const;

export interface RunChoice {
  /** The largest network that the machine is to measure. */
  readonly most: string;
  /** Timings of which the median is taken. */
  readonly repeats: string;
  /** Only as much as shows that all of it works. */
  readonly tiny: boolean;
}

/** What is measured of a machine: each growth has a run of its own, so that it can be done again. */
export function everyRun({ most, repeats, tiny }: RunChoice): readonly BenchRun[] {
  const timed = ['--repeats', tiny ? '1' : repeats];
  const few = ['--modes', 'static,both', ...timed];
  if (tiny) {
    return [1, 2].map((batch) => ({
      name: `batch-${batch}`,
      args: ['--config', 'emoji', '--batch', String(batch), ...few],
    }));
  }
  const measured = sizes.slice(0, sizes.findIndex((size) => size === most) + 1);
  if (measured.length === 0)
    throw new Error(`--most is "${most}"; it must be one of ${sizes.join(', ')}.`);
  const configs = measured.join(',');
  return [
    { name: 'batch-2', args: ['--config', 'emoji', '--batch', '2', ...timed] },
    ...[1, 4, 8, 16].map((batch) => ({
      name: `batch-${batch}`,
      args: ['--config', 'emoji', '--batch', String(batch), ...few],
    })),
    { name: 'size', args: ['--config', configs, ...timed] },
    { name: 'lambda-0.3', args: ['--config', configs, '--lambda', '0.3', ...few] },
    { name: 'lambda-0.7', args: ['--config', configs, '--lambda', '0.7', ...few] },
    { name: 'tokens', args: ['--config', measured.map((size) => `${size}-512`).join(','), ...few] },
  ];
}
