import type { GenerateRequest, GenerateResult } from '../engine/api';
import type { ComparisonOutcome, Leg } from './app-state';
import { generateWith, type Job, outcomeBase, report, shapeOf } from './job';
import { comparePictures } from './picture-difference';
import { requestFor, staticSettings, type Settings } from './settings';

/** Steps of a warm-up: one meets every kernel. */
const warmUpSteps = 1;

/**
 * The same seeds with both toggles off, then on (or as they are, where one is). Both legs have run
 * before the clock starts, so neither pays for compiling shaders; previews are off, so that the
 * times are those of the work alone.
 */
export async function compareRuns(job: Job): Promise<ComparisonOutcome> {
  const dynamic = comparedSettings(job.settings);
  const requests = [
    requestFor(staticSettings(dynamic), job.model, 'off'),
    requestFor(dynamic, job.model, 'off'),
  ] as const;
  report(job, { leg: 'warm-up' });
  for (const request of requests) await warmUp(job, request);
  const staticResult = await runLeg(job, 'static', requests[0]);
  const dynamicResult = await runLeg(job, 'dynamic', requests[1]);
  return {
    ...outcomeBase(job, dynamic),
    kind: 'comparison',
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

/** Past the journal: a run of one step would be taken for the warm-up, whose time is no measurement. */
async function warmUp({ context, engine, abort }: Job, request: GenerateRequest): Promise<void> {
  const { warm } = context.session;
  const shape = shapeOf(request);
  if (warm.has(shape)) return;
  await engine.generate({ ...request, steps: warmUpSteps }, { signal: abort.signal });
  warm.add(shape);
}
