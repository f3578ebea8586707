import { expect, test } from './fixtures';
import { generateButton, problem, visit, waitUntilReady } from './steps/page';

const weights = '**/emoji-dit.safetensors';

test('weights that break off are fetched on by themselves', async ({ page }) => {
  let attempts = 0;
  await page.route(weights, async (route) => {
    attempts++;
    if (attempts === 1) return route.abort('connectionreset');
    if (attempts > 2) return route.continue();
    const response = await route.fetch({ maxRetries: 3 });
    const body = await response.body();
    return route.fulfill({
      status: 200,
      headers: { 'content-length': String(body.length) },
      body: body.subarray(0, body.length / 2),
    });
  });
  await visit(page);
  await waitUntilReady(page);
  await expect(problem(page, 'network-failed')).toHaveCount(0);
  expect(attempts).toBeGreaterThan(2);
});

test('weights that do not arrive can be asked for again', async ({ page }) => {
  let isDown = true;
  await page.route(weights, (route) =>
    isDown ? route.abort('connectionreset') : route.continue(),
  );
  await visit(page);
  const card = problem(page, 'network-failed');
  await expect(card).toContainText('emoji-dit.safetensors');
  await expect(generateButton(page)).toHaveCount(0);

  isDown = false;
  await card.getByRole('button', { name: 'Try again' }).click();
  await waitUntilReady(page);
  await expect(card).toHaveCount(0);
});
