import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';
import { prependToWorker, withLossAtBookmark, withSlowSteps } from './steps/engine-worker';
import { withLearnedModel } from './steps/learned-model';
import { generateButton, openPage, problem, quickSettings, waitUntilReady } from './steps/page';
import { compare, generate, run, tiles } from './steps/run';

const wide = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

/** Scans the page as it stands: light, dark, and on a phone. */
async function expectAccessibleEverywhere(page: Page, state: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, `${state}, ${colorScheme}`);
  }
  await page.setViewportSize(phone);
  await expectAccessible(page, `${state}, phone`);
  await page.setViewportSize(wide);
  await page.emulateMedia({ colorScheme: 'light' });
}

test('the page is accessible at the start, with its dialogs, and with pictures', async ({
  page,
}) => {
  await openPage(page);
  await expectAccessibleEverywhere(page, 'start');

  await page.getByRole('button', { name: 'Class: pizza' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'class picker');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: /^Model: / }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'model menu');
  await page.keyboard.press('Escape');

  await generate(page);
  await expectAccessibleEverywhere(page, 'pictures');
  await tiles(page).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'full size');
});

test('the page is accessible with a comparison', async ({ page }) => {
  await openPage(page);
  await compare(page);
  await expectAccessibleEverywhere(page, 'comparison');
});

test('the page is accessible with a mix, a strip, a budget and a variation', async ({ page }) => {
  await withLearnedModel(page);
  await openPage(page, { mix: 'class-1:0.25', steps: 2 });
  await expectAccessibleEverywhere(page, 'mix');
  await run(page, () => page.getByRole('button', { name: /^Draw the way/ }).click());
  await expectAccessibleEverywhere(page, 'strip');
});

test('the page is accessible with a run that broke off', async ({ page }) => {
  await prependToWorker(page, withSlowSteps + withLossAtBookmark);
  await openPage(page, { ...quickSettings, steps: 25 });
  await generateButton(page).click();
  await expect(problem(page, 'device-lost')).toBeVisible();
  await expectAccessibleEverywhere(page, 'a problem');
  await page.reload();
  await waitUntilReady(page);
  await expect(page.getByRole('button', { name: 'Go on', exact: true })).toBeVisible();
  await expectAccessibleEverywhere(page, 'a run that broke off');
});
