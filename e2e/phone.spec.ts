import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { generateButton, openPage } from './steps/page';
import { compare, generate } from './steps/run';

test.use({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const { content, screen } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    screen: document.documentElement.clientWidth,
  }));
  expect(screen).toBe(page.viewportSize()?.width);
  expect(content).toBeLessThanOrEqual(screen);
}

test('a phone shows everything without sideways scrolling, Generate always at hand', async ({
  page,
}) => {
  await openPage(page);
  await expectNoSidewaysScrolling(page);
  await expect(generateButton(page)).toBeInViewport({ ratio: 1 });
  await generate(page);
  await expectNoSidewaysScrolling(page);
  await expect(page.getByTestId('total-time')).toBeVisible();
  await compare(page);
  await expectNoSidewaysScrolling(page);
  await expect(page.getByTestId('speed-up')).toBeVisible();
});

test('320 pixels are wide enough for everything', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await openPage(page);
  await expectNoSidewaysScrolling(page);
  await compare(page);
  await expectNoSidewaysScrolling(page);
});

test('what stands above the field for an address takes one line', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: /^Model: / }).click();
  const label = page.getByText(/^Or its address/);
  await expect(label).toBeVisible();
  expect(
    await label.evaluate((element) => {
      const lines = document.createRange();
      lines.selectNodeContents(element);
      return lines.getClientRects().length;
    }),
  ).toBe(1);
});

test('no keyboard covers the classes', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: 'Class: pizza' }).click();
  await expect(page.getByRole('searchbox')).toBeVisible();
  await expect(page.getByRole('searchbox')).not.toBeFocused();
});
