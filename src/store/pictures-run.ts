import type { PicturesOutcome } from './app-state';
import { generateWith, type Job, outcomeBase } from './job';
import { requestFor } from './settings';

/** A plain run. What nobody waits for needs no previews. */
export async function generatePictures(job: Job): Promise<PicturesOutcome> {
  const preview = job.cause === 'live' ? 'off' : 'auto';
  const result = await generateWith(job, requestFor(job.settings, job.model, preview));
  return { ...outcomeBase(job, job.settings), kind: 'pictures', result };
}
