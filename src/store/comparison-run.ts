import type { GenerateRequest, GenerateResult } from '../engine/api';
import type { ComparisonOutcome, Leg } from './app-state';
import { generateWith, type Job, outcomeBase, report, shapeOf } from './job';
import { comparePictures } from './picture-difference';
import { requestFor, staticSettings, type Settings } from './settings';

/** Steps of a warm-up: one meets every kernel. */
const warmUpSteps = 1;

/** How often both legs are run, by what they take together: what else a machine does is much of a short time. */
const roundsWithin = [
  { mostMs: 500, rounds: 5 },
  { mostMs: 1600, rounds: 3 },
] as const;

/**
 * The same seeds with both toggles off, then on (or as they are, where one is). Both legs have run
 * before the clock starts, so neither pays for compiling shaders; previews are off, so that the
 * times are those of the work alone. Short ones are run in turn, and of each leg the run of the median
 * time is what counts: the pictures of all are the same.
 */
export async function compareRuns(job: Job): Promise<ComparisonOutcome> {
  const dynamic = comparedSettings(job.settings);
  const requests = [
    requestFor(staticSettings(dynamic), job.model, 'off'),
    requestFor(dynamic, job.model, 'off'),
  ] as const;
  report(job, { leg: 'warm-up' });
  for (const request of requests) await warmUp(job, request);
  const staticRuns = [await runLeg(job, 'static', requests[0])];
  const dynamicRuns = [await runLeg(job, 'dynamic', requests[1])];
  const rounds = roundsFor([...staticRuns, ...dynamicRuns]);
  if (rounds > 1) report(job, { leg: 'again', step: null });
  for (let round = 1; round < rounds; round++) {
    staticRuns.push(await runAgain(job, requests[0]));
    dynamicRuns.push(await runAgain(job, requests[1]));
  }
  const [staticResult, dynamicResult] = [medianOf(staticRuns), medianOf(dynamicRuns)];
  return {
    ...outcomeBase(job, dynamic),
    kind: 'comparison',
    rounds,
    static: staticResult,
    dynamic: dynamicResult,
    differences: staticResult.pictures.flatMap((picture, i) => {
      const other = dynamicResult.pictures.at(i);
      return other ? [comparePictures(picture, other)] : [];
    }),
  };
}

/** What is held against the static run: the toggles as they are, or both on where neither is. */
export function comparedSettings(settings: Settings): Settings {
  if (settings.dynamicWidth || settings.dynamicTokens) return settings;
  return { ...settings, dynamicWidth: true, dynamicTokens: true };
}

async function runLeg(job: Job, leg: Leg, request: GenerateRequest): Promise<GenerateResult> {
  report(job, { leg, step: null });
  return generateWith(job, request);
}

/** Past the journal, which knows the result already. */
function runAgain({ engine, abort }: Job, request: GenerateRequest): Promise<GenerateResult> {
  return engine.generate(request, { signal: abort.signal });
}

function roundsFor(results: readonly GenerateResult[]): number {
  const ms = results.reduce((sum, { statistics }) => sum + statistics.totalMs, 0);
  return roundsWithin.find(({ mostMs }) => ms <= mostMs)?.rounds ?? 1;
}

/** The run whose time is the median of an odd number of them. */
function medianOf(results: readonly GenerateResult[]): GenerateResult {
  const sorted = results.toSorted((a, b) => a.statistics.totalMs - b.statistics.totalMs);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Past the journal: a run of one step would be taken for the warm-up, whose time is no measurement. */
async function warmUp({ context, engine, abort }: Job, request: GenerateRequest): Promise<void> {
  const { warm } = context.session;
  const shape = shapeOf(request);
  if (warm.has(shape)) return;
  await engine.generate({ ...request, steps: warmUpSteps }, { signal: abort.signal });
  warm.add(shape);
}
