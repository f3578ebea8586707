import type { BenchReport, Result } from './report';

/** The figures for people: times, ratios inside this run, and what bounds them. */
export function table(report: BenchReport): string {
  return [
    `adapter    ${report.adapter}`,
    `processor  ${report.cpu}`,
    `runtime    ${report.runtime}; made-up networks at lambda ${report.lambda}`,
    ...section('peaks', ['', 'threads', 'GFLOP/s'], peakRows(report)),
    ...section('an evaluation of the network', evaluationColumns, evaluationRows(report)),
    ...section('the card beside an evaluation', costColumns, costRows(report)),
    ...section('attention, growth with tokens', attentionColumns, attentionRows(report)),
    ...section('onnxruntime-web, static network', peerColumns, peerRows(report)),
    ...section('a picture', ['', 'steps', 'mode', 'ms', 'decoded in'], pictureRows(report)),
    ...section('kernels', ['', 'op', 'shape', 'weights', 'GFLOP/s', 'of peak'], kernelRows(report)),
  ].join('\n');
}

function peakRows({ peaks }: BenchReport): readonly string[][] {
  return peaks.map(({ backend, threads, gflops }) => [
    ...[backend, String(threads), gflops.toFixed(1)],
  ]);
}

const evaluationColumns = [
  ...['', 'threads', 'mode', 'ms', 'spread', 'GFLOP/s', 'share'],
  ...['static/this', 'of 1/share', 'ort/this'],
];

function evaluationRows({ results, peers }: BenchReport): readonly string[][] {
  return results.map((result) => {
    const { backend, config, batch, mode, threads, msPerEvaluation: ms, gflop, share } = result;
    const whole = results.find((other) => other.mode === 'static' && sameMachine(other, result));
    const faster = whole && whole.msPerEvaluation / ms;
    const peer = peers.find((other) => sameMachine(other, result));
    return [
      ...[`${config} x ${batch} ${backend}`, String(threads), mode, ms.toFixed(1)],
      ...[percent(result.spread), ((1000 * gflop) / ms).toFixed(1), percent(share)],
      ...[ratio(faster), ratio(faster && faster * share)],
      ratio(peer && peer.msPerEvaluation / ms),
    ];
  });
}

type Machine = Pick<Result, 'backend' | 'config' | 'batch' | 'threads'>;

function sameMachine(a: Machine, b: Machine): boolean {
  const same: readonly (keyof Machine)[] = ['backend', 'config', 'batch', 'threads'];
  return same.every((key) => a[key] === b[key]);
}

const costColumns = [
  ...['', 'mode', 'encode on the CPU, ms', 'on the GPU, ms', 'encode / GPU'],
  ...['weights, MB', 'above the weights'],
];

function costRows({ costs }: BenchReport): readonly string[][] {
  return costs.map(({ config, batch, mode, weightBytes, runBytes, hostMs, deviceMs }) => [
    ...[`${config} x ${batch}`, mode, hostMs.toFixed(2), deviceMs?.toFixed(1) ?? '-'],
    ...[ratio(deviceMs && hostMs / deviceMs), (weightBytes / 1e6).toFixed(0)],
    percent(runBytes / weightBytes),
  ]);
}

const attentionColumns = [
  ...['tokens', 'heads', 'ms', 'times the first', 'over quadratic'],
  ...['MB', 'over linear'],
];

function attentionRows({ attention }: BenchReport): readonly string[][] {
  return attention.map(({ tokens, heads, ms, bytes }) => {
    const [first] = attention;
    const times = ms / first.ms;
    return [
      ...[String(tokens), String(heads), ms.toFixed(2), times.toFixed(1)],
      ...[ratio(times / (tokens / first.tokens) ** 2), (bytes / 1e6).toFixed(1)],
      ratio(bytes / first.bytes / (tokens / first.tokens)),
    ];
  });
}

const peerColumns = ['', 'threads', 'version', 'ms', 'largest error'];

function peerRows({ peers }: BenchReport): readonly string[][] {
  return peers.map(({ backend, threads, config, batch, version, msPerEvaluation, maxError }) => [
    ...[`${config} x ${batch} ${backend}`, String(threads), version],
    ...[msPerEvaluation.toFixed(1), maxError.toExponential(1)],
  ]);
}

function pictureRows({ pictures }: BenchReport): readonly string[][] {
  return pictures.map(({ backend, steps, mode, ms, decodeMs }) => [
    ...[backend, String(steps), mode, ms.toFixed(0), decodeMs.toFixed(0)],
  ]);
}

function kernelRows({ kernels }: BenchReport): readonly string[][] {
  return kernels.map(({ backend, name, shape, storage, gflopsPerSecond, fractionOfPeak }) => [
    ...[backend, name, shape, storage, gflopsPerSecond.toFixed(1), percent(fractionOfPeak)],
  ]);
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(0)} %`;
}

function ratio(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(2);
}

/** Columns wide enough for what they hold; nothing where there are no rows. */
function section(
  title: string,
  columns: readonly string[],
  rows: readonly string[][],
): readonly string[] {
  if (rows.length === 0) return [];
  const lines = [[...columns], ...rows];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const printed = lines.map((line) =>
    `  ${line.map((cell, i) => cell.padEnd(widths[i])).join('  ')}`.trimEnd(),
  );
  return ['', title, ...printed];
}
