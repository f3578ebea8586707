import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { prependToWorker, withSlowSteps } from './steps/engine-worker';
import { cancelButton, generateButton, openPage, quickSettings } from './steps/page';

/** By keyboard: a press of the mouse would bring the focus along. */
async function press(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true });
  await button.focus();
  await button.press('Enter');
}

test('after Compare and Cancel the focus is where one goes on', async ({ page }) => {
  await prependToWorker(page, withSlowSteps);
  await openPage(page, { ...quickSettings, steps: 1000 });
  await press(page, 'Compare');
  await expect(cancelButton(page)).toBeFocused();
  await press(page, 'Cancel');
  await expect(generateButton(page)).toBeFocused();
});

test('after a message is dismissed, or taken up, the focus is at Generate', async ({ page }) => {
  await openPage(page, { ...quickSettings, class: 'rockets' });
  await press(page, 'rocket');
  await expect(generateButton(page)).toBeFocused();
  await page.reload();
  await openPage(page, { ...quickSettings, images: 17 });
  await press(page, 'Dismiss');
  await expect(generateButton(page)).toBeFocused();
});
