import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { generateButton, openPage } from './steps/page';
import { run } from './steps/run';

/** More stops than the page has. */
const mostStops = 80;

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  const isFocused = () => target.evaluate((element) => element === document.activeElement);
  for (let stop = 0; stop < mostStops && !(await isFocused()); stop++) {
    await page.keyboard.press('Tab');
  }
  await expect(target).toBeFocused();
}

test('with the keyboard alone: pick a class, generate, open, close', async ({ page }) => {
  await openPage(page);
  await tabTo(page, page.getByRole('button', { name: 'Class: pizza' }));
  await page.keyboard.press('Enter');
  await expect(page.getByRole('searchbox', { name: 'Search classes' })).toBeFocused();
  await page.keyboard.type('rocket');
  await expect(page.getByRole('option', { name: 'rocket' })).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const chosen = page.getByRole('button', { name: 'Class: rocket' });
  await expect(chosen).toBeFocused();

  await tabTo(page, generateButton(page));
  await run(page, () => page.keyboard.press('Enter'));

  const tile = page.getByRole('button', { name: 'Open rocket, Twemoji, seed 7' });
  await tabTo(page, tile);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('heading', { name: 'rocket, Twemoji, seed 7' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(tile).toBeFocused();
});
