import { expect, type Locator, type Page } from '@playwright/test';
import { announced } from './announcements';
import { generateButton } from './page';

/** The progress of a run that has not ended; a fast machine may never show one step in particular. */
export const runningStep = /^Step [1-9]\d* of \d+$/;

/** What the page says at the good end of a run. */
const done = /^Done: |^Comparison done\.$/;

/** Starts a run and waits for its end, which must be a good one: even one that is over in a blink. */
export async function run(page: Page, start: () => Promise<void>): Promise<void> {
  const before = (await announced(page)).length;
  await start();
  const saidSince = async () => (await announced(page)).slice(before);
  await expect
    .poll(async () => (await saidSince()).some((words) => done.test(words)), {
      message: 'the page says that it is done',
    })
    .toBe(true);
  await expect(generateButton(page)).toBeEnabled();
  await expect(page.getByRole('alert')).toHaveCount(0);
}

/** Generates and waits for the pictures. */
export function generate(page: Page): Promise<void> {
  return run(page, () => generateButton(page).click());
}

/** Generates statically and dynamically, and waits for both. */
export function compare(page: Page): Promise<void> {
  return run(page, () => page.getByRole('button', { name: 'Compare', exact: true }).click());
}

/** Buttons that open a finished picture. */
export function tiles(page: Page): Locator {
  return page.getByRole('button', { name: /^Open / });
}

/** The last runs, in the history below the pictures; empty while there are fewer than two. */
export function earlierRuns(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Earlier runs' }).getByRole('button');
}

/** A percentage that the page shows, as a number. */
export async function readPercent(page: Page, testId: string): Promise<number> {
  const text = await page.getByTestId(testId).innerText();
  expect(text).toMatch(/^\d+\s%$/);
  return Number.parseInt(text, 10);
}
