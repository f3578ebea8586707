import { expect, test } from './fixtures';
import { announced } from './steps/announcements';
import { prependToWorker, withFastTimes } from './steps/engine-worker';
import {
  expectInLink,
  generateButton,
  numberField,
  openPage,
  quickSettings,
  setNumber,
  setToggle,
  visit,
} from './steps/page';
import { deviation, difference, readCanvas, readPicture } from './steps/pixels';
import { generate, tiles } from './steps/run';

test.use({ preferences: { backend: 'wasm', live: true } });

test.beforeEach(({ page }) => prependToWorker(page, withFastTimes));

/** A link that draws nothing by itself. */
const quiet = { ...quickSettings, draw: 'off' };

test('a first picture is drawn by itself, without taking the focus, and its seed is used', async ({
  page,
}) => {
  await visit(page);
  await expect(page.getByRole('button', { name: 'Open pizza, Twemoji, seed 7' })).toBeVisible();
  expect(deviation(await readPicture(page))).toBeGreaterThan(10);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
  await generate(page);
  await expect(numberField(page, 'Seed')).not.toHaveValue('7');
});

test('a changed setting redraws at once, quietly, with the seed kept', async ({ page }) => {
  await openPage(page, quiet);
  await expect(page.getByRole('switch', { name: 'Live' })).toBeChecked();
  await generate(page);
  const before = await readPicture(page);
  await setNumber(page, 'Guidance', 3);
  await expect
    .poll(async () => difference(await readPicture(page), before).mean)
    .toBeGreaterThan(0);
  await expect(page.getByRole('button', { name: 'Open pizza, Twemoji, seed 7' })).toBeVisible();
  await expect(numberField(page, 'Seed')).toHaveValue('7');
  await expectInLink(page, 'guidance', '3');
  await expect(page.getByTestId('announcement')).toHaveText('Redrawn: pizza, Twemoji.');

  const said = (await announced(page)).slice(-2);
  expect(said[0], 'the end of the run that was asked for').toMatch(/^Done: /);
  expect(said[1], 'nothing between').toBe('Redrawn: pizza, Twemoji.');
  await expect(generateButton(page)).toBeEnabled();
});

test('the old picture stays until the new one is there', async ({ page }) => {
  await openPage(page, quiet);
  await generate(page);
  await page.evaluate(() => {
    new MutationObserver(() => {
      if (!document.querySelector('[aria-label^="Open pizza"]')) document.title = 'gone';
    }).observe(document.body, { childList: true, subtree: true });
  });
  await setNumber(page, 'Pictures', 2);
  await expect(tiles(page)).toHaveCount(2);
  expect(deviation(await readCanvas(tiles(page).last().locator('canvas')))).toBeGreaterThan(10);
  await expect(page).not.toHaveTitle('gone');
});

test('Live can be switched off, which is remembered', async ({ page }) => {
  await openPage(page, quiet);
  await setToggle(page, 'Live', false);
  await page.reload();
  await expect(generateButton(page)).toBeEnabled();
  await expect(page.getByRole('switch', { name: 'Live' })).not.toBeChecked();
  await expect(page.getByText('With Live on, a change redraws at once.')).toBeVisible();
  await expect(tiles(page)).toHaveCount(0);
});
