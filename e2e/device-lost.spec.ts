import { expect, test } from './fixtures';
import { loseDevice, watchWorkers } from './steps/engine-worker';
import {
  generateButton,
  numberField,
  openPage,
  problem,
  setNumber,
  waitUntilReady,
} from './steps/page';
import { expectSamePicture, readPicture } from './steps/pixels';
import { generate, runningStep } from './steps/run';

test('a device lost during a run: start again, with settings and pictures kept', async ({
  page,
}) => {
  await watchWorkers(page);
  await openPage(page);
  await generate(page);
  const picture = await readPicture(page);

  await setNumber(page, 'Steps', 100);
  await generateButton(page).click();
  await expect(page.getByTestId('progress-step')).toHaveText(runningStep);
  const seed = await numberField(page, 'Seed').inputValue();
  expect(seed, 'an unlocked seed is drawn anew').not.toBe('7');
  await loseDevice(page);

  const card = problem(page, 'device-lost');
  await expect(card).toBeVisible();
  await expect(generateButton(page)).toBeDisabled();
  await expect(numberField(page, 'Steps')).toHaveValue('100');
  expectSamePicture(await readPicture(page), picture);

  await card.getByRole('button', { name: 'Start again' }).click();
  await waitUntilReady(page);
  await expect(card).toHaveCount(0);
  await expect(numberField(page, 'Steps')).toHaveValue('100');
  await expect(numberField(page, 'Seed')).toHaveValue(seed);
  await setNumber(page, 'Steps', 2);
  await setNumber(page, 'Seed', 7);
  await generate(page);
  expectSamePicture(await readPicture(page), picture);
});
