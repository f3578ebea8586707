import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';

/** SwiftShader on a busy machine is slow. */
const longest = 10 * 60_000;

test('the page that measures the card says what it has found, and a link brings it along', async ({
  page,
  context,
}) => {
  test.setTimeout(2 * longest);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./bench.html');
  await expect(page.getByText(/^Takes about .* MB of weights are made here/)).toBeVisible();
  await page.getByRole('button', { name: 'Measure' }).click();
  await expect(page.getByRole('progressbar', { name: 'Measuring' })).toBeVisible();
  await expect(page.getByText('Done.', { exact: true })).toBeVisible({ timeout: longest });
  for (const mode of ['static', 'width', 'tokens', 'both']) {
    await expect(page.getByRole('rowheader', { name: mode, exact: true })).toBeVisible();
  }
  await expect(page.getByRole('img', { name: 'Roofline' })).toBeVisible();
  await page.getByText('Figures as JSON').click();
  const area = page.getByRole('textbox', { name: 'Figures as JSON' });
  const json = await area.inputValue();
  expect(JSON.parse(json)).toMatchObject({ software: true, network: 'emoji', lambda: 0.5 });
  await expectAccessible(page, 'figures of the card');

  await page.getByRole('button', { name: 'Copy a link to these figures' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.getByText(/^These figures came with the link/)).toBeVisible();
  await other.getByText('Figures as JSON').click();
  await expect(other.getByRole('textbox', { name: 'Figures as JSON' })).toHaveValue(json);
});

test('a measurement can be given up, and another one begun', async ({ page }) => {
  await page.goto('./bench.html');
  const measure = page.getByRole('button', { name: 'Measure' });
  await expect(measure).toBeEnabled();
  await page.getByLabel('Network').selectOption({ label: 'DiT-B/2, 256 px' });
  await measure.click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Cancelled.', { exact: true })).toBeVisible();
  await expect(measure).toBeFocused();
  await expect(measure).toBeEnabled();
});

test('a network that does not fit is said and left out', async ({ page }) => {
  await page.addInitScript(() => {
    const limit = { get: () => 30e6 };
    Object.defineProperty(GPUSupportedLimits.prototype, 'maxStorageBufferBindingSize', limit);
  });
  await page.goto('./bench.html');
  await expect(
    page.getByText(/DiT-XL\/2, 512 px is left out: it needs a buffer of 38 MB/),
  ).toBeVisible();
  await expect(page.getByRole('option', { name: /^DiT-XL\/2, 512 px/ })).toBeDisabled();
  await expect(page.getByRole('option', { name: /^DiT-XL\/2, 256 px/ })).toBeEnabled();
});
