import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { pretendCores } from './steps/engine-worker';
import { openPage, quickSettings } from './steps/page';
import { deviation, expectSamePicture, type Pixels, readCanvas } from './steps/pixels';
import { generate, tiles } from './steps/run';

/** Serves the page as a host does that sends no headers. */
async function stripIsolation(page: Page): Promise<void> {
  await page.route(
    (url) => url.pathname === '/',
    async (route) => {
      const response = await route.fetch({ maxRetries: 3 });
      const headers = Object.entries(response.headers()).filter(
        ([name]) => !name.startsWith('cross-origin-'),
      );
      await route.fulfill({ response, headers: Object.fromEntries(headers) });
    },
  );
}

/** Guided, and more than one, so that there are halves, images and rows to spread over threads. */
const settings = { ...quickSettings, guidance: 2.5, images: 2 };

/** The pictures that a page makes on so many cores. */
async function picturesOn(
  page: Page,
  { cores, isolated }: { cores: number; isolated: boolean },
): Promise<readonly Pixels[]> {
  await page.unrouteAll();
  await pretendCores(page, cores);
  if (!isolated) await stripIsolation(page);
  await openPage(page, settings);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
  await generate(page);
  const threads = cores === 1 ? '1 thread' : `${cores} threads`;
  await expect(page.getByText(`Computed by the processor, ${threads}`)).toBeVisible();
  const pictures: Pixels[] = [];
  for (const tile of await tiles(page).all())
    pictures.push(await readCanvas(tile.locator('canvas')));
  expect(pictures).toHaveLength(2);
  return pictures;
}

test('1 and 4 threads, isolated or not, make the same pictures to the byte', async ({ page }) => {
  const expected = await picturesOn(page, { cores: 1, isolated: true });
  for (const picture of expected) expect(deviation(picture)).toBeGreaterThan(10);
  for (const isolated of [true, false]) {
    const actual = await picturesOn(page, { cores: 4, isolated });
    expected.forEach((picture, i) => {
      const other = actual.at(i);
      if (!other) throw new Error(`Picture ${i} is missing.`);
      expectSamePicture(other, picture);
    });
  }
});
