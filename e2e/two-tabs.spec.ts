import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { type Preferences, preferencesKey } from '../src/store/preferences';
import { expect, test } from './fixtures';
import { dropFile } from './steps/files';
import { expectKept, finishedRuns } from './steps/kept';
import { openPage, quickSettings, setNumber, waitUntilReady } from './steps/page';
import { earlierRuns, generate } from './steps/run';
import { readPicture } from './steps/pixels';
import { recordAnnouncements } from './steps/announcements';

const tiny = () => readFile(new URL('../conformance/cases/tiny/model.pt', import.meta.url));

/** Another tab of the same browser, opened as the first one was; its errors fail the test as well. */
async function openBeside(page: Page, settings = {}): Promise<Page> {
  const other = await page.context().newPage();
  const errors: string[] = [];
  other.on('pageerror', ({ message }) => errors.push(message));
  other.on('close', () => expect(errors).toEqual([]));
  await recordAnnouncements(other);
  await openPage(other, { ...quickSettings, ...settings });
  return other;
}

async function openDialog(page: Page): Promise<Locator> {
  await page.getByRole('button', { name: /^Model: / }).click();
  return page.getByRole('dialog');
}

/** Keeps a model in a tab, whose dialog is open afterwards. */
async function keep(page: Page, type: 'f32' | 'f16' | 'int8'): Promise<Locator> {
  await dropFile(page, { name: 'tiny.pt', bytes: await tiny() });
  await expect(page.getByRole('button', { name: 'Model: tiny.pt' })).toBeVisible();
  const dialog = await openDialog(page);
  await dialog.getByText(new RegExp(`^${type}: `)).click();
  await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
  return dialog;
}

test('a model that one tab keeps, renames and deletes is so in another, which may have it in use', async ({
  page,
}) => {
  await openPage(page);
  const other = await openBeside(page);
  const seen = await openDialog(other);
  const dialog = await keep(page, 'int8');
  await expect(dialog.getByRole('listitem')).toHaveCount(1);
  await expect(seen.getByRole('listitem')).toContainText('tiny.pt');
  await dialog.getByRole('button', { name: 'Rename tiny.pt' }).click();
  const name = dialog.getByRole('textbox', { name: 'Name of the model' });
  await name.fill('Mine');
  await name.press('Enter');
  await expect(seen.getByRole('listitem')).toContainText('Mine');

  await seen.getByRole('button', { name: 'Open' }).click();
  await expect(other.getByRole('button', { name: 'Model: Mine' })).toBeVisible();
  await setNumber(other, 'Steps', 2);
  await generate(other);
  const before = await readPicture(other);
  await dialog.getByRole('button', { name: 'Delete Mine' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(0);
  await expect(other.getByRole('status').filter({ hasText: 'Mine is not kept' })).toBeVisible();
  // A seed that has been used gives way to another one, unless it is set.
  await setNumber(other, 'Seed', 8);
  await setNumber(other, 'Seed', 7);
  await generate(other);
  expect((await readPicture(other)).rgba).toEqual(before.rgba);

  await other.reload();
  await waitUntilReady(other);
  await expect(other.getByText(/made with the checkpoint “Mine”.* not loaded/)).toBeVisible();
  await other.close();
});

test('the same model kept by two tabs at once is there once, whole', async ({ page }) => {
  await openPage(page);
  const other = await openBeside(page);
  const dialogs = await Promise.all([keep(page, 'f32'), keep(other, 'f32')]);
  for (const dialog of dialogs) {
    await expect(dialog.getByRole('listitem')).toHaveCount(1);
    await expect(dialog.getByText('not kept to the end')).toHaveCount(0);
  }
  const [dialog] = dialogs;
  await dialog.getByRole('button', { name: 'Open' }).click();
  await setNumber(page, 'Steps', 1);
  await generate(page);
  await other.close();
});

test('runs of two tabs are both there at the next visit, and one that is cleared takes none of the other’s', async ({
  page,
}) => {
  await openPage(page);
  const other = await openBeside(page, { seed: 50 });
  await generate(page);
  await generate(other);
  await generate(page);
  await generate(other);
  await expect(earlierRuns(page)).toHaveCount(2);
  await expectKept(page, finishedRuns, 4);
  await page.getByRole('button', { name: 'Clear' }).click();
  await expect(earlierRuns(page)).toHaveCount(0);
  await expectKept(page, finishedRuns, 2);
  await other.reload();
  await waitUntilReady(other);
  await expect(earlierRuns(other)).toHaveCount(2);
  await other.close();
});

test('what is set in one tab does not undo what is set in another', async ({ page }) => {
  await openPage(page);
  const other = await openBeside(page);
  await page.getByText('Live', { exact: true }).click();
  await expect(page.getByRole('switch', { name: 'Live' })).toBeChecked();
  await generate(other);
  await other
    .getByRole('button', { name: /^Open / })
    .first()
    .click();
  await other.getByText('Settings in PNGs', { exact: true }).click();
  const expected: Preferences = { backend: 'wasm', live: true, settingsInPictures: false };
  // What one tab writes is in the other a moment later.
  const kept = async (): Promise<unknown> =>
    JSON.parse(await page.evaluate((key) => localStorage.getItem(key) ?? '', preferencesKey));
  await expect.poll(kept).toEqual(expected);
  await other.close();
});

test('a kept model that is damaged is left for the built-in one', async ({ page }) => {
  await openPage(page);
  const dialog = await keep(page, 'f32');
  await dialog.getByRole('button', { name: 'Open' }).click();
  await setNumber(page, 'Steps', 2);
  await generate(page);
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models');
    for await (const folder of models.values()) {
      if (folder.kind !== 'directory') continue;
      for await (const file of folder.values()) {
        if (file.kind !== 'file' || !file.name.endsWith('.safetensors')) continue;
        const { size } = await file.getFile();
        const writing = await file.createWritable({ keepExistingData: true });
        await writing.write({ type: 'write', position: size - 4, data: new Uint8Array(4).fill(9) });
        await writing.close();
      }
    }
  });
  await page.reload();
  const card = page.getByRole('alert');
  await expect(card).toContainText('Delete it in the model’s menu');
  await card.getByRole('button', { name: 'Back to the built-in model' }).click();
  await waitUntilReady(page);
  await expect(page.getByRole('button', { name: /^Model: emoji/ })).toBeVisible();
});
