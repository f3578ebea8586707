import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';
import { watchWorkers } from './steps/engine-worker';
import { dropFile } from './steps/files';
import { expectKept, waitingFiles } from './steps/kept';
import { openPage, problem, quickSettings, setNumber, visit, waitUntilReady } from './steps/page';
import { readPicture } from './steps/pixels';
import { generate } from './steps/run';

/** A static DiT of no official width: its file does not say its heads. */
const staticModel = () =>
  readFile(new URL('../conformance/cases/static/model.pt', import.meta.url));

test('a file that does not say all is asked about, kept as chosen, and there at the next visit', async ({
  page,
}) => {
  await openPage(page);
  // Any name does: files are told by what is in them.
  await dropFile(page, { name: 'something.bin', bytes: await staticModel() });
  const form = page.getByTestId('questions');
  await expect(form).toContainText('DiT of 2 layers');
  // What waits for an answer still does after a reload, once the browser has it.
  await expectKept(page, waitingFiles, 1);
  await page.reload();
  await expect(form).toContainText('DiT of 2 layers');
  await form.getByRole('button', { name: /How many attention heads/ }).click();
  await page.getByRole('option', { name: '6 of 16 channels' }).click();
  // What is recommended is what is chosen.
  await expect(form.getByRole('radio', { checked: true })).toHaveAccessibleName(/\(recommended\)$/);
  await form.getByText(/^f16, /).click();
  await expectAccessible(page, 'questions about a file');
  await form.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Model: something.bin' })).toBeVisible();
  await setNumber(page, 'Steps', 2);
  await generate(page);
  const before = await readPicture(page);

  await page.reload();
  await waitUntilReady(page);
  await expect(page.getByRole('button', { name: 'Model: something.bin' })).toBeVisible();
  // The seed of the address: the same weights make the same bytes again.
  await generate(page);
  const after = await readPicture(page);
  expect(after.rgba).toEqual(before.rgba);
});

test('what the browser keeps is listed, renamed, exported and deleted', async ({ page }) => {
  await openPage(page);
  await dropFile(page, {
    name: 'tiny.pt',
    bytes: await readFile(new URL('../conformance/cases/tiny/model.pt', import.meta.url)),
  });
  const menu = page.getByRole('button', { name: 'Model: tiny.pt' });
  await menu.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/^int8: /).click();
  await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
  const kept = dialog.getByRole('listitem').filter({ hasText: 'tiny.pt' });
  await expect(kept).toContainText('int8');
  await expectAccessible(page, 'kept models');

  await kept.getByRole('button', { name: 'Rename tiny.pt' }).click();
  await dialog.getByRole('textbox', { name: 'Name of the model' }).fill('My tiny one');
  await dialog.getByRole('textbox', { name: 'Name of the model' }).press('Enter');
  const renamed = dialog.getByRole('listitem').filter({ hasText: 'My tiny one' });
  const download = page.waitForEvent('download');
  await renamed.getByRole('button', { name: 'Export My tiny one' }).click();
  expect((await download).suggestedFilename()).toBe('My-tiny-one.zip');

  await renamed.getByRole('button', { name: 'Open' }).click();
  await expect(page.getByRole('button', { name: 'Model: My tiny one' })).toBeVisible();
  await setNumber(page, 'Steps', 1);
  await generate(page);

  await page.getByRole('button', { name: 'Model: My tiny one' }).click();
  await dialog.getByRole('button', { name: 'Delete My tiny one' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(0);
});

test('a link to a model elsewhere is shown, and fetched only when the visitor says so', async ({
  page,
  baseURL,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'model-'));
  const converted = join(folder, 'tiny');
  const tiny = fileURLToPath(new URL('../conformance/cases/tiny/model.pt', import.meta.url));
  const convert = fileURLToPath(new URL('../tools/convert.ts', import.meta.url));
  execFileSync(process.execPath, ['--import', 'tsx', convert, tiny, converted, '--dtype', 'int8']);
  const asked: string[] = [];
  await page.route('**/shelf/**', async (route) => {
    const name = basename(new URL(route.request().url()).pathname);
    asked.push(name);
    await route.fulfill({ path: join(converted, name), contentType: 'application/octet-stream' });
  });
  const address = `${baseURL ?? ''}/shelf/manifest.json`;
  await page.goto(`/?${new URLSearchParams({ model: address, steps: '1' }).toString()}`);
  const card = page.getByTestId('opening');
  await expect(card).toContainText(address);
  await waitUntilReady(page);
  expect(asked).toEqual([]);
  await card.getByRole('button', { name: 'Fetch it' }).click();
  await expect(page.getByRole('button', { name: 'Model: model.pt' })).toBeVisible();
  expect(asked[0]).toBe('manifest.json');
  await generate(page);
  // The link leads others, and the next visit, to the same address.
  expect(new URL(page.url()).searchParams.get('model')).toBe(address);
  await rm(folder, { recursive: true });
});

test('files that are dropped while the engine starts are opened once it has', async ({ page }) => {
  await visit(page, quickSettings);
  await dropFile(page, {
    name: 'early',
    bytes: await readFile(new URL('../conformance/cases/tiny/model.pt', import.meta.url)),
  });
  await expect(page.getByRole('button', { name: 'Model: early' })).toBeVisible();
  await waitUntilReady(page);
});

test('a file that is refused while the engine starts is said to be, once it has', async ({
  page,
}) => {
  await watchWorkers(page);
  let letIn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (letIn = resolve));
  // Without its kernels the engine goes on starting.
  await page.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await visit(page, quickSettings);
  await dropFile(page, { name: 'notes.txt', bytes: Buffer.from('These are no weights.') });
  const isSeen = () =>
    page.evaluate(() =>
      window.watchedWorkers.some(({ received }) => received.includes('inspected')),
    );
  await expect.poll(isSeen).toBe(true);
  letIn();
  await waitUntilReady(page);
  await expect(problem(page, 'checkpoint-unsupported')).toContainText('notes.txt');
});
