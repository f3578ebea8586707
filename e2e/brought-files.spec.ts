import { readFile } from 'node:fs/promises';
import {
  breakingAfter,
  saying,
  startServer,
  well,
  type MisbehavingServer,
} from '../src/engine/testing/misbehaving-server';
import { expect, test } from './fixtures';
import { chooseFiles, dropFile } from './steps/files';
import { openPage, problem, setNumber } from './steps/page';
import { deviation, readPicture } from './steps/pixels';
import { generate } from './steps/run';

/** A DyDiT that draws latents of 8 x 8. */
const tiny = () => readFile(new URL('../conformance/cases/tiny/model.pt', import.meta.url));
const decoder = (name: string) =>
  readFile(new URL(`../src/network/fixtures/vae/${name}`, import.meta.url));

for (const layout of ['taesd-decoder.pth', 'taesd-diffusers.safetensors']) {
  test(`a tiny decoder waits for its model, then makes its pictures: ${layout}`, async ({
    page,
  }) => {
    await openPage(page);
    await dropFile(page, { name: 'small', bytes: await decoder(layout) });
    await expect(page.getByTestId('opening')).toContainText(
      'small is here. Waiting for the model that the tiny VAE (TAESD) belongs to.',
    );
    await dropFile(page, { name: 'tiny.pt', bytes: await tiny() });
    const menu = page.getByRole('button', { name: 'Model: tiny.pt' });
    await expect(menu).toBeVisible();
    await menu.click();
    await expect(page.getByRole('dialog')).toContainText('a tiny one (TAESD)');
    await page.keyboard.press('Escape');
    await setNumber(page, 'Steps', 2);
    await generate(page);
    const picture = await readPicture(page);
    // Eight times the latent's side: it is decoded.
    expect([picture.width, picture.height]).toEqual([64, 64]);
    expect(deviation(picture)).toBeGreaterThan(10);
  });
}

test('names of classes that can not be used are refused in words, and others taken', async ({
  page,
}) => {
  await openPage(page);
  await chooseFiles(page, { name: 'tiny.pt', bytes: await tiny() });
  const menu = page.getByRole('button', { name: 'Model: tiny.pt' });
  await expect(menu).toBeVisible();

  const tooLong = ['fox', 'x'.repeat(300), 'cat', 'dog'];
  await dropFile(page, { name: 'labels.txt', bytes: Buffer.from(tooLong.join('\n')) });
  const card = problem(page, 'checkpoint-unsupported');
  await expect(card).toContainText(
    'labels.txt: The name of class 1 has 300 characters; at most 200 are read.',
  );
  await expect(card).toContainText('Drop a list of short names, one for each class of the model.');

  await dropFile(page, { name: 'labels.txt', bytes: Buffer.from('fox\ncat\ndog\n') });
  await expect(page.getByRole('alert')).toContainText(
    'There are 3 class names for a model of 10 classes.',
  );
  await page.getByRole('button', { name: 'Leave it' }).click();
  await expect(menu).toBeVisible();

  const names = Array.from({ length: 10 }, (_, i) => `animal ${i}`);
  await dropFile(page, { name: 'labels.txt', bytes: Buffer.from(names.join('\n')) });
  await expect(page.getByRole('button', { name: /animal \d/ }).first()).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('names in a configuration that can not be shown are left out, and that is said', async ({
  page,
}) => {
  await openPage(page);
  const settings = { num_heads: 2, class_names: ['fox', 'x'.repeat(300)] };
  const config = { name: 'config.json', bytes: Buffer.from(JSON.stringify(settings)) };
  await chooseFiles(page, { name: 'tiny.pt', bytes: await tiny() }, config);
  await expect(page.getByRole('button', { name: 'Model: tiny.pt' })).toBeVisible();
  await expect(
    page.getByText(
      'The names in "class_names" are left out, and classes have numbers: The name of class 1 has 300 characters',
    ),
  ).toBeVisible();
});

test.describe('a server that lies', () => {
  let server: MisbehavingServer;
  test.beforeEach(async () => {
    server = await startServer();
  });
  test.afterEach(() => server.close());

  test('is told on the page, and the next try goes on where the download broke off', async ({
    page,
  }) => {
    const bytes = await tiny();
    const file = { bytes, etag: '"one"' };
    await openPage(page);
    const fetchModel = async (url: string) => {
      await page.getByRole('button', { name: /^Model: / }).click();
      await page.getByRole('textbox', { name: /^Or its address/ }).fill(url);
      await page.getByRole('button', { name: 'Fetch', exact: true }).click();
    };
    const card = problem(page, 'network-failed');

    const html = saying(200, { 'content-type': 'text/html' }, '<!doctype html><p>Log in');
    await fetchModel(server.file('model.pt', html));
    await expect(card).toContainText('a web page came in place of the file');

    // Half of it comes, then the server says that there is no such file.
    const half = Math.floor(bytes.length / 2);
    const shown = page.getByRole('progressbar', { name: /^Fetching / });
    const arrival = () => expect(shown).toHaveAttribute('aria-valuetext', '50%');
    await fetchModel(server.file('model.pt', breakingAfter(half, file, arrival), saying(404)));
    await expect(card).toContainText('the server answered 404');
    await expect(page.getByRole('button', { name: /^Model: emoji/ })).toBeVisible();

    const tries = server.asked('model.pt').length;
    await fetchModel(server.file('model.pt', well(file)));
    await expect(page.getByRole('button', { name: 'Model: model.pt' })).toBeVisible();
    await expect(card).toHaveCount(0);
    expect(server.asked('model.pt').at(tries)).toMatchObject({ range: `bytes=${half}-` });
    await setNumber(page, 'Steps', 1);
    await generate(page);
  });
});
