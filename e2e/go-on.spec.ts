import { expect, test } from './fixtures';
import {
  messagesReceived,
  prependToWorker,
  watchWorkers,
  withHangAtCancel,
  withLossAtBookmark,
  withSlowSteps,
} from './steps/engine-worker';
import {
  cancelButton,
  generateButton,
  openPage,
  problem,
  quickSettings,
  waitUntilReady,
} from './steps/page';
import { expectSamePicture, readPicture } from './steps/pixels';
import { generate, run, runningStep } from './steps/run';

/** With slow steps more than two seconds; after each a run is kept. */
const steps = 25;

test('a device lost during a run: Go on makes the same picture, without doing anything twice', async ({
  page,
}) => {
  await openPage(page, { ...quickSettings, steps });
  await generate(page);
  const whole = await readPicture(page);

  await watchWorkers(page);
  await prependToWorker(page, withSlowSteps + withLossAtBookmark);
  await openPage(page, { ...quickSettings, steps });
  await generateButton(page).click();
  const card = problem(page, 'device-lost');
  await expect(card).toBeVisible();
  await page.unrouteAll();
  await run(page, () => card.getByRole('button', { name: 'Go on', exact: true }).click());
  expectSamePicture(await readPicture(page), whole);
  const received = await messagesReceived(page);
  expect(received.filter((type) => type === 'step').length).toBeLessThan(steps);
});

test('a worker that hangs is ended after Cancel, and the page goes on working', async ({
  page,
}) => {
  await watchWorkers(page);
  await prependToWorker(page, withSlowSteps + withHangAtCancel);
  await openPage(page, { ...quickSettings, steps: 1000 });
  await generateButton(page).click();
  await expect(page.getByTestId('progress-step')).toHaveText(runningStep);
  await cancelButton(page).click();
  await waitUntilReady(page);
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(await page.evaluate(() => window.watchedWorkers.length)).toBe(2);
  await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('2');
  await page.keyboard.press('Enter');
  await generate(page);
});

test('a reload during a run lets it go on, to the same picture', async ({ page }) => {
  await openPage(page, { ...quickSettings, steps });
  await generate(page);
  const whole = await readPicture(page);
  await page.getByRole('button', { name: 'Use these settings again' }).click();

  await watchWorkers(page);
  await prependToWorker(page, withSlowSteps);
  await page.reload();
  await waitUntilReady(page);
  await generateButton(page).click();
  const bookmarks = async () =>
    (await messagesReceived(page)).filter((type) => type === 'bookmark').length;
  // The first of them is in the browser's store by then.
  await expect.poll(bookmarks).toBeGreaterThan(1);
  await page.reload();
  await waitUntilReady(page);
  await expect(page.getByText(/broke off after step \d+ of 25/)).toBeVisible();
  await run(page, () => page.getByRole('button', { name: 'Go on', exact: true }).click());
  expectSamePicture(await readPicture(page), whole);
  const received = await messagesReceived(page);
  expect(received.filter((type) => type === 'step').length).toBeLessThan(steps);
  await page.reload();
  await waitUntilReady(page);
  await expect(page.getByText(/broke off/)).toHaveCount(0);
});

test('loading can be cancelled, and tried again', async ({ page }) => {
  await page.route(/\.safetensors$/, () => undefined);
  await page.goto('/?draw=off');
  await cancelButton(page).click();
  const card = problem(page, 'cancelled');
  await expect(card).toBeVisible();
  await page.unrouteAll();
  await card.getByRole('button', { name: 'Try again' }).click();
  await waitUntilReady(page);
});
