import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';
import { openPage } from './steps/page';
import { compare, generate, tiles } from './steps/run';

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
