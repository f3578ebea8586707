import { expect, test } from '@playwright/test';
import { generateButton, quickSettings, visit, waitUntilReady } from './steps/page';
import { deviation, readPicture } from './steps/pixels';
import { tiles } from './steps/run';

test('where the browser keeps nothing, as in a private window, the page draws all the same', async ({
  page,
}) => {
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.addInitScript(() => {
    const forbidden = () => {
      throw new DOMException('Access is denied.', 'SecurityError');
    };
    for (const [object, names] of [
      [window, ['localStorage', 'sessionStorage', 'indexedDB', 'caches']],
      [navigator, ['serviceWorker', 'storage']],
    ] as const) {
      for (const name of names) Object.defineProperty(object, name, { get: forbidden });
    }
  });
  await visit(page, { ...quickSettings, draw: 'off' });
  await waitUntilReady(page);
  await generateButton(page).click();
  await expect(tiles(page)).toHaveCount(1);
  expect(deviation(await readPicture(page))).toBeGreaterThan(10);
  expect(errors).toEqual([]);
});
