import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures';
import {
  loseDevice,
  prependToWorker,
  watchWorkers,
  withDeviceLostAtStep,
  withLosableDevice,
} from './steps/engine-worker';
import {
  generateButton,
  numberField,
  openPage,
  problem,
  quickSettings,
  setNumber,
  waitUntilReady,
} from './steps/page';
import { difference, expectSamePicture, readPicture, readPng } from './steps/pixels';
import { generate, run } from './steps/run';

const storedPicture = fileURLToPath(new URL('pictures/pizza-twemoji-7.png', import.meta.url));

test.use({ preferences: { backend: 'webgpu', live: false } });

test('a device lost between runs: start again, with settings and pictures kept', async ({
  page,
}) => {
  await watchWorkers(page);
  await prependToWorker(page, withLosableDevice);
  await openPage(page);
  await generate(page);
  const picture = await readPicture(page);
  await setNumber(page, 'Steps', 3);
  await loseDevice(page);

  const card = problem(page, 'device-lost');
  await expect(card).toBeVisible();
  await expect(generateButton(page)).toBeDisabled();
  await expect(numberField(page, 'Steps')).toHaveValue('3');
  expectSamePicture(await readPicture(page), picture);

  await card.getByRole('button', { name: 'Start again' }).click();
  await waitUntilReady(page);
  await expect(card).toHaveCount(0);
  await expect(numberField(page, 'Steps')).toHaveValue('3');
  await setNumber(page, 'Steps', 2);
  await page.getByRole('button', { name: 'Use these settings again' }).click();
  await generate(page);
  expectSamePicture(await readPicture(page), picture);
});

test('a device lost during a run: go on on the processor, to the picture of the link', async ({
  page,
}) => {
  await prependToWorker(page, withDeviceLostAtStep(2));
  await openPage(page, { ...quickSettings, steps: 4, guidance: 2.5, variation: 0 });
  await generateButton(page).click();
  const card = problem(page, 'device-lost');
  await expect(card).toBeVisible();
  await expect(numberField(page, 'Seed')).toHaveValue('7');

  await run(page, () => card.getByRole('button', { name: 'Go on on the processor' }).click());
  const { mean, max } = difference(await readPicture(page), await readPng(page, storedPicture));
  expect(mean, 'mean difference of 255').toBeLessThan(0.5);
  expect(max, 'largest difference of 255').toBeLessThan(24);
  await expect(page.getByTestId('processor-notice')).toContainText('Computed on the processor');
});

test('a device lost during a run does not throw the seed of the link away', async ({ page }) => {
  await prependToWorker(page, withDeviceLostAtStep(1));
  await openPage(page);
  await generateButton(page).click();
  const card = problem(page, 'device-lost');
  await expect(card).toBeVisible();
  await page.unrouteAll();
  await card.getByRole('button', { name: 'Start again' }).click();
  await waitUntilReady(page);
  await generate(page);
  await expect(page.getByRole('button', { name: 'Open pizza, Twemoji, seed 7' })).toBeVisible();
});
