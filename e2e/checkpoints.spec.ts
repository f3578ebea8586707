import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures';
import { staticCheckpoint } from './steps/checkpoint';
import { chooseFiles, dropFile } from './steps/files';
import { generateButton, openPage, problem, setNumber } from './steps/page';
import { deviation, readPicture } from './steps/pixels';
import { generate, readPercent } from './steps/run';

function caseModel(name: string): Promise<Buffer> {
  return readFile(new URL(`../conformance/cases/${name}/model.pt`, import.meta.url));
}

test('a broken checkpoint is refused with what is wrong, and the model in use stays', async ({
  page,
}) => {
  await openPage(page);
  const whole = await caseModel('tiny');
  await dropFile(page, { name: 'cut-short.pt', bytes: whole.subarray(0, whole.length / 2) });
  const card = problem(page, 'checkpoint-broken');
  await expect(card).toContainText('The directory of the zip archive could not be read');
  await card.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('button', { name: /^Model: emoji/ })).toBeVisible();
  await generate(page);
  await expect(page.getByRole('button', { name: 'Open pizza, Twemoji, seed 7' })).toBeVisible();
});

test('a file that is no checkpoint, or one the engine cannot run, is refused in words', async ({
  page,
}) => {
  await openPage(page);
  await dropFile(page, { name: 'notes.txt', bytes: Buffer.from('not weights') });
  await expect(problem(page, 'checkpoint-unsupported')).toContainText('notes.txt');
  await expect(generateButton(page)).toBeEnabled();

  // A VAE cut short waits for its rest; the model in use stays.
  const part = await readFile(
    new URL('../src/checkpoint/fixtures/field/ldm-vae-part.safetensors', import.meta.url),
  );
  await chooseFiles(page, { name: 'model.pt', bytes: part });
  await expect(page.getByTestId('opening')).toContainText('Waiting for the rest of the VAE');
  await page.getByRole('button', { name: 'Let go of these files' }).click();
  await expect(page.getByTestId('opening')).toBeHidden();
  await expect(page.getByRole('button', { name: /^Model: emoji/ })).toBeVisible();
});

test('a DyDiT of the visitor runs, drops tokens, and shows its latent', async ({ page }) => {
  await openPage(page);
  await chooseFiles(page, { name: 'tiny.pt', bytes: await caseModel('tiny') });
  await expect(page.getByRole('button', { name: 'Model: tiny.pt' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^DDIM/ })).toBeVisible();
  await setNumber(page, 'Steps', 2);
  await generate(page);
  const latent = await readPicture(page);
  expect([latent.width, latent.height]).toEqual([8, 8]);
  expect(deviation(latent)).toBeGreaterThan(10);
  expect(await readPercent(page, 'share-tokens')).toBeLessThan(100);
  expect(await readPercent(page, 'share-tokens')).toBeGreaterThan(0);
  expect(await readPercent(page, 'multiply-adds-share')).toBeLessThan(100);
});

test('a static DiT runs with the toggles disabled and the reason said', async ({ page }) => {
  await openPage(page);
  await dropFile(page, { name: 'static.safetensors', bytes: staticCheckpoint() });
  // Whether it predicts noise or a flow is in no shape: the likely answer is given.
  await page.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Model: static.safetensors' })).toBeVisible();
  await expect(page.getByText('This checkpoint is a static DiT')).toBeVisible();
  for (const name of ['Dynamic width', 'Dynamic tokens']) {
    await expect(page.getByRole('switch', { name })).toBeDisabled();
    await expect(page.getByRole('switch', { name })).not.toBeChecked();
  }
  await expect(page.getByRole('button', { name: 'Compare', exact: true })).toBeDisabled();
  await setNumber(page, 'Steps', 2);
  await generate(page);
  expect(await readPercent(page, 'multiply-adds-share')).toBe(100);
  expect(deviation(await readPicture(page))).toBeGreaterThan(10);
});
