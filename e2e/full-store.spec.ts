import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures';
import { dropFile } from './steps/files';
import { openPage, setNumber } from './steps/page';
import { generate } from './steps/run';

const tiny = () => readFile(new URL('../conformance/cases/tiny/model.pt', import.meta.url));

/** Less than any type of the model takes. */
const roomLeft = 100_000;

test('a full disk and a file that is gone are said, and the other models stay whole', async ({
  page,
}) => {
  await openPage(page);
  await dropFile(page, { name: 'tiny.pt', bytes: await tiny() });
  await page.getByRole('button', { name: 'Model: tiny.pt' }).click();
  const dialog = page.getByRole('dialog');
  const keepAs = async (type: string) => {
    await dialog.getByText(new RegExp(`^${type}: `)).click();
    await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
  };
  await keepAs('int8');
  const kept = dialog.getByRole('listitem').filter({ hasText: 'tiny.pt' });
  await expect(kept).toContainText('int8');

  // As where the disk is full.
  const { usage = 0 } = await page.evaluate(() => navigator.storage.estimate());
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + roomLeft });
  await keepAs('f32');
  await expect(dialog.getByRole('alert')).toContainText(/no room for the model .* takes \d+ MB/);
  await expect(dialog.getByRole('alert')).toContainText('The others are whole');
  await expect(dialog.getByRole('listitem')).toHaveCount(1);
  const folders = await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const names: string[] = [];
    for await (const [name] of await root.getDirectoryHandle('models')) names.push(name);
    return names;
  });
  expect(folders, 'nothing half-written is left').toHaveLength(1);
  await kept.getByRole('button', { name: 'Open' }).click();
  await expect(dialog).toBeHidden();
  await setNumber(page, 'Steps', 1);
  await generate(page);

  // As where the browser has cleared a part of what it keeps, while the list is being shown.
  await dropFile(page, { name: 'again.pt', bytes: await tiny() });
  await page.getByRole('button', { name: 'Model: again.pt' }).click();
  await expect(kept).toBeVisible();
  await page.evaluate(async (folder) => {
    const root = await navigator.storage.getDirectory();
    const models = await root.getDirectoryHandle('models');
    const files = await models.getDirectoryHandle(folder);
    const names: string[] = [];
    for await (const [name] of files) names.push(name);
    await files.removeEntry(names.find((name) => name.endsWith('.safetensors')) ?? '');
  }, folders[0]);
  await kept.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('alert')).toContainText('not in the browser’s store any more');
  await expect(page.getByRole('button', { name: 'Model: again.pt' })).toBeVisible();
});
