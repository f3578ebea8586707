import { expect, test } from './fixtures';
import { numberField, openPage, setNumber, waitUntilReady } from './steps/page';
import { difference, expectSamePicture, readPicture } from './steps/pixels';
import { generate } from './steps/run';

test.use({ preferences: { backend: 'webgpu', live: false } });

test('the processor takes over from the graphics card, with everything kept, and is remembered', async ({
  page,
}) => {
  await openPage(page);
  await generate(page);
  const onCard = await readPicture(page);
  await setNumber(page, 'Steps', 3);
  await page.getByRole('button', { name: /^Model: / }).click();
  await expect(page.getByRole('radio', { name: /^Graphics card/ })).toBeChecked();
  await page.getByText('Processor', { exact: true }).click();
  await expect(page.getByRole('radio', { name: 'Processor' })).toBeChecked();
  await page.getByRole('button', { name: 'Close' }).click();
  await waitUntilReady(page);
  await expect(numberField(page, 'Steps')).toHaveValue('3');
  await expect(numberField(page, 'Seed')).toHaveValue('7');
  expectSamePicture(await readPicture(page), onCard);
  expect(page.url()).not.toContain('wasm');

  await page.getByRole('button', { name: 'Use these settings again' }).click();
  await generate(page);
  await expect(page.getByText(/Computed by the processor/)).toBeVisible();
  const { mean } = difference(await readPicture(page), onCard);
  expect(mean, 'mean difference of 255').toBeLessThan(0.5);

  await page.reload();
  await waitUntilReady(page);
  await page.getByRole('button', { name: /^Model: / }).click();
  await expect(page.getByRole('radio', { name: 'Processor' })).toBeChecked();
});

test('another card is asked for and remembered, and said to be the same where it is', async ({
  page,
}) => {
  await openPage(page);
  await page.getByRole('button', { name: /^Model: / }).click();
  const sparing = page.getByRole('radio', { name: 'Sparing' });
  await page.getByText('Sparing', { exact: true }).click();
  await expect(
    page.getByText(/^This browser gives the same card for both: .*SwiftShader/i),
  ).toBeVisible();
  await expect(sparing).toBeChecked();
  await page.reload();
  await waitUntilReady(page);
  await page.getByRole('button', { name: /^Model: / }).click();
  await expect(sparing).toBeChecked();
  await page.getByRole('dialog').getByText('Processor', { exact: true }).click();
  await expect(sparing).toBeHidden();
});

test('kernels are measured again on request, which ends with what came of it', async ({ page }) => {
  await openPage(page);
  await page.getByRole('button', { name: /^Model: / }).click();
  await page.getByRole('button', { name: 'Measure again' }).click();
  await expect(page.getByText(/^There was nothing to measure/)).toBeVisible();
  await page.getByRole('button', { name: 'Close' }).click();
  await waitUntilReady(page);
});
