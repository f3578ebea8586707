import { expect, test } from './fixtures';
import { generateButton, problem, visit, waitUntilReady } from './steps/page';

const weights = '**/emoji-dit.safetensors';

test('weights that do not arrive, or not whole, can be fetched again', async ({ page }) => {
  let attempts = 0;
  await page.route(weights, async (route) => {
    attempts++;
    if (attempts === 1) return route.abort('connectionreset');
    if (attempts > 2) return route.continue();
    const response = await route.fetch();
    const body = await response.body();
    return route.fulfill({
      status: 200,
      headers: { 'content-length': String(body.length) },
      body: body.subarray(0, body.length / 2),
    });
  });
  await visit(page);
  const card = problem(page, 'network-failed');
  await expect(card).toContainText('emoji-dit.safetensors');
  await expect(generateButton(page)).toHaveCount(0);

  await card.getByRole('button', { name: 'Try again' }).click();
  await expect(card).toContainText(/\d+ of \d+ bytes arrived/);

  await card.getByRole('button', { name: 'Try again' }).click();
  await waitUntilReady(page);
  await expect(card).toHaveCount(0);
  expect(attempts).toBe(3);
});
