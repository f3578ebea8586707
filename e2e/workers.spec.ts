import { serveTinyModel } from '../tools/soak/browser/network';
import { expect, test } from './fixtures';
import { dropFile } from './steps/files';
import { generateButton, problem, waitUntilReady } from './steps/page';
import { generate } from './steps/run';

const workerScript = /\/assets\/worker-[^/]*\.js$/;

test('an engine whose worker does not start says so, and starts at another try', async ({
  page,
}) => {
  await serveTinyModel(page);
  await page.route(workerScript, (route) => route.abort());
  await page.goto('/?draw=off');
  const card = problem(page, 'worker-failed');
  await expect(card).toContainText("The engine's worker failed: it did not start.");
  await page.unroute(workerScript);
  await card.getByRole('button', { name: 'Try again' }).click();
  await waitUntilReady(page);
  await generate(page);
});

declare global {
  interface Window {
    /** Whether the browser starts no workers. */
    workersForbidden: boolean;
  }
}

test('workers that the browser refuses are named, and asked for again', async ({ page }) => {
  await serveTinyModel(page);
  await page.addInitScript(() => {
    window.workersForbidden = true;
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        if (window.workersForbidden)
          throw new DOMException('Workers are forbidden.', 'SecurityError');
        super(url, options);
      }
    };
  });
  const forbid = (is: boolean) => page.evaluate((value) => (window.workersForbidden = value), is);
  await page.goto('/?draw=off');
  const card = problem(page, 'worker-failed');
  await expect(card).toContainText('refused to start a worker: Workers are forbidden.');
  await forbid(false);
  await card.getByRole('button', { name: 'Try again' }).click();
  await waitUntilReady(page);

  await forbid(true);
  const notes = { name: 'notes.txt', bytes: Buffer.from('These are no weights.') };
  await dropFile(page, notes);
  await expect(card).toContainText('refused to start a worker: Workers are forbidden.');
  await expect(generateButton(page)).toBeEnabled();
  await forbid(false);
  await card.getByRole('button', { name: 'Dismiss' }).click();
  await dropFile(page, notes);
  await expect(page.getByRole('alert')).toContainText('notes.txt');
});
