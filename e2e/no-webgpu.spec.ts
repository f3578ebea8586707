import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';
import { prependToWorker } from './steps/engine-worker';
import { generateButton, openPage, problem, visit, waitUntilReady } from './steps/page';
import { deviation, readPicture } from './steps/pixels';
import { generate } from './steps/run';

const withoutWebgpu = 'delete Object.getPrototypeOf(navigator).gpu;';
const withoutAdapter =
  "Object.defineProperty(navigator.gpu, 'requestAdapter', { value: () => Promise.resolve(null) });";

test.describe('left to itself', () => {
  test.use({ preferences: { backend: 'auto', live: false } });

  test('a browser without WebGPU draws on the processor', async ({ page }) => {
    await page.addInitScript(withoutWebgpu);
    await prependToWorker(page, withoutWebgpu);
    await openPage(page);
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.getByTestId('processor-notice')).toContainText(
      /^Computed on the processor: a picture in \d+ steps takes /,
    );
    await generate(page);
    expect(deviation(await readPicture(page))).toBeGreaterThan(10);

    await page.getByRole('button', { name: /^Model: / }).click();
    await expect(page.getByRole('radio', { name: /^Graphics card/ })).toBeDisabled();
    await expect(page.getByText('This browser has no WebGPU')).toBeVisible();
    await expect(page.getByRole('dialog')).toContainText('No graphics card');
    await expectAccessible(page, 'without WebGPU');
  });

  test('a graphics card that is only played by the processor is passed over', async ({ page }) => {
    await openPage(page);
    await page.getByRole('button', { name: /^Model: / }).click();
    await expect(page.getByRole('dialog')).toContainText('There is no graphics card');
    await expect(page.getByRole('radio', { name: 'Automatic' })).toBeChecked();
    await expect(page.getByRole('radio', { name: /^Graphics card/ })).toBeEnabled();
  });
});

test.describe('where the graphics card was asked for', () => {
  test.use({ preferences: { backend: 'webgpu', live: false } });

  test('a browser without WebGPU says so, and offers the processor', async ({ page }) => {
    await page.addInitScript(withoutWebgpu);
    await prependToWorker(page, withoutWebgpu);
    await visit(page);
    const card = problem(page, 'webgpu-unavailable');
    await expect(card).toContainText(/Chrome.*Safari.*Firefox/s);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('dydit');
    await expect(generateButton(page)).toHaveCount(0);
    await expectAccessible(page, 'without WebGPU');

    await card.getByRole('button', { name: 'Use the processor' }).click();
    await waitUntilReady(page);
    await generate(page);
    await page.reload();
    await waitUntilReady(page);
    await expect(card).toHaveCount(0);
  });

  test('a browser that refuses an adapter says so, and can be tried again', async ({ page }) => {
    await prependToWorker(page, withoutAdapter);
    await visit(page);
    const card = problem(page, 'adapter-refused');
    await expect(card).toContainText('hardware acceleration');
    await expect(card.getByRole('button', { name: 'Use the processor' })).toBeVisible();
    await expect(generateButton(page)).toHaveCount(0);

    await page.unrouteAll();
    await card.getByRole('button', { name: 'Try again' }).click();
    await expect(generateButton(page)).toBeEnabled();
    await expect(card).toHaveCount(0);
  });
});
