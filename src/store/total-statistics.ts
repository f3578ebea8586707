import type { RunStatistics } from '../engine/api';

/** What several runs took together; what is a share is their mean. */
export function totalStatistics(runs: readonly RunStatistics[]): Omit<RunStatistics, 'record'> {
  const sum = (part: (run: RunStatistics) => number) =>
    runs.reduce((total, run) => total + part(run), 0);
  const mean = (part: (run: RunStatistics) => number) => sum(part) / runs.length;
  const onDevice = runs.flatMap(({ deviceStepMs }) => deviceStepMs ?? []);
  return {
    totalMs: sum(({ totalMs }) => totalMs),
    samplingMs: sum(({ samplingMs }) => samplingMs),
    decodeMs: sum(({ decodeMs }) => decodeMs),
    stepMs: runs.flatMap(({ stepMs }) => stepMs),
    ...(onDevice.length > 0 ? { deviceStepMs: onDevice } : {}),
    multiplyAdds: {
      done: sum(({ multiplyAdds }) => multiplyAdds.done),
      static: sum(({ multiplyAdds }) => multiplyAdds.static),
    },
    shares: {
      heads: mean(({ shares }) => shares.heads),
      groups: mean(({ shares }) => shares.groups),
      tokens: mean(({ shares }) => shares.tokens),
    },
  };
}
