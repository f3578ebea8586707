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

/** What the browser's own "Save image" writes of the picture on the stage. */
async function saveImage(page: Page): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await tiles(page)
    .locator('img')
    .evaluate((image: HTMLImageElement) => {
      const link = Object.assign(document.createElement('a'), {
        href: image.src,
        download: 'i.png',
      });
      link.click();
    });
  return readFile(await (await download).path());
}

test("the browser's own Save image saves the settings too, unless they are left out of all PNGs", async ({
  page,
}) => {
  await openPage(page);
  await generate(page);
  const withSettings = await saveImage(page);
  expect(withSettings.equals(await readFile((await savePicture(page)).path))).toBe(true);
  await setNumber(page, 'Seed', 99);
  await dropFile(page, { name: 'i.png', bytes: withSettings });
  await expect(numberField(page, 'Seed')).toHaveValue('7');

  await tiles(page).click();
  await setToggle(page, 'Settings in PNGs', false);
  await page.getByRole('button', { name: 'Close' }).click();
  const plain = await saveImage(page);
  expect(plain.length).toBeLessThan(withSettings.length);
  expect(plain.equals(await readFile((await savePicture(page)).path))).toBe(true);
  await dropFile(page, { name: 'plain.png', bytes: plain });
  await expect(page.getByRole('alert')).toContainText('plain.png has no settings inside');
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
