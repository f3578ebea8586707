import type { MachineReport, RunStatistics } from '../../engine/api';
import { formatDuration, formatGiga, formatShare, median } from '../format';

interface Row {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly share: string;
  readonly testId?: string;
}

/** The lines of the comparison's table; GPU times only where there is one that has them. */
export function comparisonRows(
  before: RunStatistics,
  after: RunStatistics,
  { kind }: Pick<MachineReport, 'kind'>,
): Row[] {
  const row = (
    name: string,
    a: number,
    b: number,
    format: (value: number) => string,
    testId?: string,
  ): Row => ({
    name,
    before: format(a),
    after: format(b),
    share: formatShare(b / a),
    ...(testId === undefined ? {} : { testId }),
  });
  const onDevice =
    kind === 'webgpu' && before.deviceStepMs && after.deviceStepMs
      ? [
          row(
            'A step on the GPU, median',
            median(before.deviceStepMs),
            median(after.deviceStepMs),
            formatDuration,
          ),
        ]
      : [];
  return [
    row('Total time', before.totalMs, after.totalMs, formatDuration, 'time'),
    row('Sampling', before.samplingMs, after.samplingMs, formatDuration),
    row('A step, median', median(before.stepMs), median(after.stepMs), formatDuration),
    ...onDevice,
    row('Decoding', before.decodeMs, after.decodeMs, formatDuration),
    row(
      'Multiply-adds',
      before.multiplyAdds.done,
      after.multiplyAdds.done,
      formatGiga,
      'multiply-adds',
    ),
  ];
}
