import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { buildServiceWorker } from '../tools/page/offline';
import { expect, test } from './fixtures';
import { quickSettings, visitAt, waitUntilReady } from './steps/page';
import { deviation, expectSamePicture, readPicture } from './steps/pixels';
import { generate } from './steps/run';
import { startStaticHost, type StaticHost } from './steps/static-host';

test.use({ serviceWorkers: 'allow' });

/** Opens the page and waits until the browser keeps it. */
async function visitAndKeep(page: Page, host: StaticHost): Promise<void> {
  await visitAt(page, host.address, quickSettings);
  await waitUntilReady(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
}

/** The browser would put the page among its programs. */
async function expectInstallable(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A test has a window of its own, which is a private one.
  const kinds = installabilityErrors.map(({ errorId }) => errorId);
  expect(kinds.filter((kind) => kind !== 'in-incognito')).toEqual([]);
}

/** Another version of the page on the host, told by its title. */
async function update(host: StaticHost, title: string): Promise<void> {
  const path = join(host.folder, 'index.html');
  const html = await readFile(path, 'utf8');
  await writeFile(
    path,
    html.replace(/<html lang="en">/, `<html lang="en" data-version="${title}">`),
  );
  await buildServiceWorker(host.folder);
}

const version = (page: Page) =>
  page.evaluate(() => document.documentElement.dataset.version ?? 'first');

test('after the first visit the page draws without a network, isolated on any host', async ({
  page,
}) => {
  const host = await startStaticHost('/some/path/');
  let picture;
  try {
    await visitAndKeep(page, host);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await expectInstallable(page);
    await generate(page);
    picture = await readPicture(page);
  } finally {
    await host.close();
  }
  await page.context().setOffline(true);
  await page.reload();
  await waitUntilReady(page);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  await generate(page);
  expectSamePicture(await readPicture(page), picture);
  expect(deviation(picture)).toBeGreaterThan(10);
});

test('a newer version is offered, not mixed in, and waits for other windows', async ({
  page,
  context,
}) => {
  const host = await startStaticHost();
  try {
    await visitAndKeep(page, host);
    await update(host, 'second');
    const other = await context.newPage();
    await other.goto(host.address);
    await page.reload();
    const line = page.getByRole('status').filter({ hasText: 'newer version' });
    await expect(line).toBeVisible();
    expect(await version(page)).toBe('first');

    await page.getByRole('button', { name: 'Reload' }).click();
    await expect(page.getByText('Close the other windows')).toBeVisible();
    expect(await version(page)).toBe('first');

    await other.close();
    await page.getByRole('button', { name: 'Reload' }).click();
    // Not by a script in the page, which the reload may take away from under it.
    await expect(page.locator('html')).toHaveAttribute('data-version', 'second');
    await waitUntilReady(page);
    await expect(line).toHaveCount(0);
  } finally {
    await host.close();
  }
});

test('weights of another version are never kept with this one', async ({ page }) => {
  const host = await startStaticHost();
  try {
    // A host in the middle of an update: the model is another, the page and its service worker are not.
    const folder = join(host.folder, 'models/emoji');
    const weights = await readFile(join(folder, 'emoji-vae.safetensors'));
    const before = createHash('sha256').update(weights).digest('hex');
    weights[weights.length - 2] ^= 1;
    const after = createHash('sha256').update(weights).digest('hex');
    await writeFile(join(folder, 'emoji-vae.safetensors'), weights);
    const manifest = await readFile(join(folder, 'manifest.json'), 'utf8');
    expect(manifest).toContain(before);
    await writeFile(join(folder, 'manifest.json'), manifest.replace(before, after));

    await visitAt(page, host.address, quickSettings);
    await waitUntilReady(page);
    const end = await page.evaluate(async () => {
      const { installing } = await navigator.serviceWorker.register('service-worker.js');
      if (!installing) return 'kept';
      return new Promise((resolve) => {
        installing.addEventListener('statechange', () => resolve(installing.state));
      });
    });
    expect(end).toBe('redundant');
  } finally {
    await host.close();
  }
});
