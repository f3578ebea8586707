import type { GenerateResult, Picture } from '../engine/api';
import type { StripOutcome } from './app-state';
import { generateWith, type Job, outcomeBase, report } from './job';
import { requestFor, type Settings } from './settings';
import { evenShare, withShare } from './subject';

/** Shares of the second thing and style along a strip. */
export const stripShares = [0, 0.25, 0.5, 0.75, 1] as const;

/** What a strip goes by: one seed, and no share, for it has all of them. */
export function stripSettings(settings: Settings): Settings {
  return { ...withShare(settings, evenShare), images: 1 };
}

/** What makes each picture of a strip, alone. */
export function stepsOfStrip(settings: Settings): readonly Settings[] {
  return stripShares.map((share) => withShare(settings, share));
}

/** The way from one thing, or style, to the other: one seed, a picture a share. */
export async function drawStrip(job: Job): Promise<StripOutcome> {
  const results: GenerateResult[] = [];
  for (const [index, settings] of stepsOfStrip(job.settings).entries()) {
    const previews: readonly Picture[] = results.flatMap(({ pictures }) => pictures);
    report(job, { place: { index, of: stripShares.length }, step: null, previews });
    results.push(await generateWith(job, requestFor(settings, job.model, 'off')));
  }
  return { ...outcomeBase(job, job.settings), kind: 'strip', results };
}
