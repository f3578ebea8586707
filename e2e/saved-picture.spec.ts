import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { chooseFiles, dropFile } from './steps/files';
import {
  expectInLink,
  numberField,
  openPage,
  quickSettings,
  setNumber,
  setToggle,
} from './steps/page';
import { expectSamePicture, readPicture, readPng } from './steps/pixels';
import { generate, tiles } from './steps/run';

/** Saves the picture on the stage; the path of the file and its name. */
async function savePicture(page: Page): Promise<{ path: string; name: string }> {
  await tiles(page).click();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save PNG' }).click();
  const saved = await download;
  await page.getByRole('button', { name: 'Close' }).click();
  return { path: await saved.path(), name: saved.suggestedFilename() };
}

test('a saved PNG holds the picture and the settings that make it again', async ({ page }) => {
  await openPage(page);
  await generate(page);
  const picture = await readPicture(page);
  const { path, name } = await savePicture(page);
  expect(name).toBe('pizza-Twemoji-7.png');
  expectSamePicture(await readPng(page, path), picture);

  // Dropped while the seed is still that of the picture: Generate must not draw a new one.
  await setNumber(page, 'Steps', 3);
  await dropFile(page, { name, bytes: await readFile(path) });
  await expect(page.getByText(`Settings restored from ${name}.`)).toBeVisible();
  await expect(numberField(page, 'Steps')).toHaveValue('2');
  await generate(page);
  expectSamePicture(await readPicture(page), picture);

  await setNumber(page, 'Seed', 99);
  await setNumber(page, 'Guidance', 4);
  await setToggle(page, 'Dynamic width', false);
  await chooseFiles(page, { name, bytes: await readFile(path) });
  await expect(numberField(page, 'Seed')).toHaveValue('7');
  await expect(numberField(page, 'Guidance')).toHaveValue('1');
  await expect(page.getByRole('switch', { name: 'Dynamic width' })).toBeChecked();
  await expectInLink(page, 'seed', '7');
});

test('any other PNG is refused in words', async ({ page }) => {
  await openPage(page);
  const stored = new URL('pictures/pizza-twemoji-7.png', import.meta.url);
  await dropFile(page, { name: 'stranger.png', bytes: await readFile(stored) });
  await expect(page.getByRole('alert')).toContainText('stranger.png has no settings inside');
  await expect(numberField(page, 'Seed')).toHaveValue('7');
});

test('"Use these settings again" takes a run\'s settings back', async ({ page }) => {
  await openPage(page, { ...quickSettings, guidance: 1.5 });
  await generate(page);
  const picture = await readPicture(page);
  await setNumber(page, 'Seed', 11);
  await setNumber(page, 'Guidance', 3);
  await page.getByRole('button', { name: 'Use these settings again' }).click();
  await expect(numberField(page, 'Seed')).toHaveValue('7');
  await expect(numberField(page, 'Guidance')).toHaveValue('1.5');
  await generate(page);
  expectSamePicture(await readPicture(page), picture);
});
