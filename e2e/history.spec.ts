import { expect, test } from './fixtures';
import { expectKept, finishedRuns } from './steps/kept';
import { numberField, openPage, problem, setNumber } from './steps/page';
import { expectSamePicture, readPicture } from './steps/pixels';
import { earlierRuns, generate } from './steps/run';

test('the history survives a reload, is downloaded as one, and cleared', async ({ page }) => {
  await openPage(page);
  await generate(page);
  const first = await readPicture(page);
  await setNumber(page, 'Seed', 11);
  await generate(page);
  await expectKept(page, finishedRuns, 2);
  await page.reload();
  await expect(earlierRuns(page)).toHaveCount(2);
  await expect(earlierRuns(page).last()).toBeEnabled();
  await earlierRuns(page).last().click();
  expectSamePicture(await readPicture(page), first);
  await page.getByRole('button', { name: 'Use these settings again' }).click();
  await expect(numberField(page, 'Seed')).toHaveValue('7');

  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download all' }).click();
  expect((await saved).suggestedFilename()).toBe('dydit-pictures.zip');

  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(earlierRuns(page)).toHaveCount(0);
  await expectKept(page, finishedRuns, 0);
  await page.reload();
  await expect(numberField(page, 'Seed')).toBeVisible();
  await expect(earlierRuns(page)).toHaveCount(0);
});

test('what cannot be saved is said, and can be tried again', async ({ page }) => {
  const archives = '**/assets/*zip*.js';
  await page.route(archives, (route) => route.abort());
  await openPage(page);
  await generate(page);
  await generate(page);
  await page.getByRole('button', { name: 'Download all' }).click();
  await expect(problem(page, 'internal')).toContainText('This could not be saved');
  await page.unroute(archives);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download all' }).click();
  await saved;
});
