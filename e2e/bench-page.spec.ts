import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';

test('the page that measures the card says what it has found', async ({ page }) => {
  const problems: string[] = [];
  page.on('pageerror', ({ message }) => problems.push(message));
  await page.goto('./bench.html');
  await page.getByRole('button', { name: 'Measure' }).click();
  await expect(page.getByRole('status')).toHaveText('Done.', { timeout: 5 * 60_000 });
  for (const mode of ['static', 'width', 'tokens', 'both']) {
    await expect(page.getByRole('cell', { name: mode, exact: true })).toBeVisible();
  }
  const json = await page.getByRole('textbox', { name: 'Figures as JSON' }).inputValue();
  expect(JSON.parse(json)).toMatchObject({ software: true, network: 'Emoji, 128 px' });
  await expectAccessible(page, 'figures of the card');
  expect(problems).toEqual([]);
});
