import { fileURLToPath } from 'node:url';
import { backends, expect, test } from './fixtures';
import { openPage, quickSettings, setNumber } from './steps/page';
import {
  deviation,
  difference,
  expectSamePicture,
  readCanvas,
  readPicture,
  readPng,
} from './steps/pixels';
import { earlierRuns, generate } from './steps/run';

/** Made by PyTorch and diffusers with the settings below: see make-picture.py. */
const storedPicture = fileURLToPath(new URL('pictures/pizza-twemoji-7.png', import.meta.url));
const storedSettings = { ...quickSettings, steps: 4, guidance: 2.5, variation: 0 };

for (const backend of backends) {
  test.describe(backend, () => {
    test.use({ preferences: { backend, live: false } });

    test('the picture of a seed is the one PyTorch makes, and the same in every run', async ({
      page,
    }) => {
      await openPage(page, storedSettings);
      await page.getByRole('button', { name: 'Lock the seed' }).click();
      await generate(page);
      const picture = await readPicture(page);
      const { mean, max } = difference(picture, await readPng(page, storedPicture));
      expect(mean, 'mean difference of 255').toBeLessThan(0.5);
      expect(max, 'largest difference of 255').toBeLessThan(24);

      await generate(page);
      await expect(earlierRuns(page)).toHaveCount(2);
      expectSamePicture(await readPicture(page), picture);
    });
  });
}

test('image k of a batch is the image of seed + k alone', async ({ page }) => {
  await openPage(page, { ...quickSettings, images: 2 });
  await generate(page);
  const second = page
    .getByRole('button', { name: 'Open pizza, Twemoji, seed 8' })
    .locator('canvas');
  const inBatch = await readCanvas(second);
  expect(deviation(inBatch)).toBeGreaterThan(10);

  await setNumber(page, 'Pictures', 1);
  await setNumber(page, 'Seed', 8);
  await generate(page);
  expectSamePicture(await readPicture(page), inBatch);
});
