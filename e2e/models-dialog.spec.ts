import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures';
import { dropFile } from './steps/files';
import { openPage } from './steps/page';

const tiny = () => readFile(new URL('../conformance/cases/tiny/model.pt', import.meta.url));

/** Opens the models' dialog with one model kept. */
async function keepOne(page: Page) {
  await openPage(page);
  await dropFile(page, { name: 'tiny.pt', bytes: await tiny() });
  await page.getByRole('button', { name: 'Model: tiny.pt' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^int8: /).click();
  await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(1);
  return dialog;
}

test('what fails in the models’ dialog is said in it, in sight and aloud, with advice that fits', async ({
  page,
}) => {
  const dialog = await keepOne(page);
  // As where another program, or a fault of the disk, does not let go of a file.
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models');
    for await (const folder of models.values()) {
      if (folder.kind !== 'directory') continue;
      for await (const file of folder.values()) {
        if (file.kind === 'file') await file.createWritable();
      }
    }
  });
  const alert = dialog.getByRole('alert');
  await dialog.getByRole('button', { name: 'Delete tiny.pt' }).click();
  await expect(alert).toContainText('The browser did not delete it: a file of it is in use.');
  await expect(alert).toContainText('close this page in other tabs');
  await expect(alert).toBeInViewport({ ratio: 1 });
  await alert.getByRole('button', { name: 'Dismiss' }).click();
  await expect(alert).toHaveCount(0);
  await expect(dialog.getByRole('listitem')).toHaveCount(1);

  await dialog.getByRole('button', { name: 'Rename tiny.pt' }).click();
  const name = dialog.getByRole('textbox', { name: 'Name of the model' });
  await name.fill('Other');
  await name.press('Enter');
  await expect(alert).toContainText('The browser did not rename it: ');
  await expect(dialog.getByRole('listitem')).toContainText('tiny.pt');
});

test('an archive that cannot be made is said in the models’ dialog, which stays open', async ({
  page,
}) => {
  const dialog = await keepOne(page);
  await page.route('**/assets/*zip*.js', (route) => route.abort());
  await dialog.getByRole('button', { name: 'Export tiny.pt' }).click();
  await expect(dialog.getByRole('alert')).toContainText('This could not be saved');
});
