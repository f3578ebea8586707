import { expect, type Locator, type Page } from '@playwright/test';
import { cancelButton, generateButton } from './page';

/** The progress of a run of 100 steps that has not ended; a fast machine may never show one step in particular. */
export const runningStep = /^Step [1-9]\d? of 100$/;

/** Generates and waits for the pictures. */
export async function generate(page: Page): Promise<void> {
  await generateButton(page).click();
  await waitForPictures(page);
}

/** Waits for the end of the run that has just been started, which must be a good one. */
export async function waitForPictures(page: Page): Promise<void> {
  await expect(cancelButton(page)).toBeVisible();
  await expect(generateButton(page)).toBeEnabled();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.getByTestId('announcement')).toHaveText(/^Done: |^Comparison done\.$/);
}

/** Generates statically and dynamically, and waits for both. */
export async function compare(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await waitForPictures(page);
}

/** Buttons that open a finished picture. */
export function tiles(page: Page): Locator {
  return page.getByRole('button', { name: /^Open / });
}

/** A percentage that the page shows, as a number. */
export async function readPercent(page: Page, testId: string): Promise<number> {
  const text = await page.getByTestId(testId).innerText();
  expect(text).toMatch(/^\d+ %$/);
  return Number.parseInt(text, 10);
}
