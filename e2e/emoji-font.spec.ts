import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { openPage } from './steps/page';

/** As a machine that has a picture of every emoji but these, whatever fonts this one has. */
async function withPicturesOfAllBut(page: Page, missing: string): Promise<void> {
  await page.addInitScript((pattern) => {
    const isMissing = new RegExp(pattern, 'u');
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
      this.fillStyle = isMissing.test(text) ? '#000' : '#e80';
      this.fillRect(x, y, 10, 20);
    };
  }, `${missing}|\u{10FFFD}`);
}

async function openClasses(page: Page) {
  const button = page.getByRole('button', { name: /^Class: pizza/ });
  const words = await button.innerText();
  await button.click();
  return { words, rocket: page.getByRole('option', { name: 'rocket', exact: true }) };
}

test('classes go by their emoji where the machine has pictures of them, by a letter where it lacks a few', async ({
  page,
}) => {
  await withPicturesOfAllBut(page, '🚀');
  await openPage(page);
  const { words, rocket } = await openClasses(page);
  expect(words).toContain('🍕');
  await page.getByRole('searchbox', { name: 'Search classes' }).fill('rocket');
  await expect(rocket).toHaveText('r');
});

test('classes go by their names where the machine has no pictures of emoji', async ({ page }) => {
  await withPicturesOfAllBut(page, '.');
  await openPage(page);
  const { words, rocket } = await openClasses(page);
  expect(words).not.toContain('🍕');
  await page.getByRole('searchbox', { name: 'Search classes' }).fill('🚀');
  await expect(rocket).toHaveText('rocket');
});
