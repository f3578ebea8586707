import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';
import { prependToWorker } from './steps/engine-worker';
import { generateButton, problem, visit } from './steps/page';

const withoutWebgpu = "Object.defineProperty(navigator, 'gpu', { value: undefined });";
const withoutAdapter =
  "Object.defineProperty(navigator.gpu, 'requestAdapter', { value: () => Promise.resolve(null) });";

test('a browser without WebGPU is told so in plain words', async ({ page }) => {
  await page.addInitScript(withoutWebgpu);
  await prependToWorker(page, withoutWebgpu);
  await visit(page);
  const card = problem(page, 'webgpu-unavailable');
  await expect(card).toContainText('WebGPU');
  await expect(card).toContainText(/Chrome.*Safari.*Firefox/s);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('dydit');
  await expect(generateButton(page)).toHaveCount(0);
  await expectAccessible(page, 'without WebGPU');
});

test('a browser that refuses an adapter is told so, and can be tried again', async ({ page }) => {
  await prependToWorker(page, withoutAdapter);
  await visit(page);
  const card = problem(page, 'adapter-refused');
  await expect(card).toContainText('hardware acceleration');
  await expect(generateButton(page)).toHaveCount(0);

  await page.unrouteAll();
  await card.getByRole('button', { name: 'Try again' }).click();
  await expect(generateButton(page)).toBeEnabled();
  await expect(card).toHaveCount(0);
});
