import { readFile } from 'node:fs/promises';
import { expect, test } from './fixtures';
import { dropFile } from './steps/files';
import { openPage } from './steps/page';

const folder = new URL('../src/checkpoint/fixtures/field/', import.meta.url);

test('a network is told by what is in its file, however it was saved', async ({ page }) => {
  test.slow();
  for (const [kind, told] of [
    ['plain', 'DyDiT of 1 layer'],
    ['averaged.pt', 'DyDiT of 1 layer'],
    ['nested.bin', 'DyDiT of 1 layer'],
    ['blockwise.pth.tar', 'DyDiT of 1 layer'],
    ['choices.ckpt', 'DyDiT of 1 layer'],
    ['deep', 'DyDiT of 1 layer'],
    ['parallel.safetensors', 'DyDiT of 1 layer'],
    ['diffusers-dit/weights.safetensors', 'DiT of 2 layers'],
  ] as const) {
    await openPage(page);
    await dropFile(page, { name: 'mine', bytes: await readFile(new URL(kind, folder)) });
    const form = page.getByTestId('questions');
    await expect(form, kind).toContainText(told);
    await page.getByRole('button', { name: 'Leave it', exact: true }).click();
    await expect(form).toBeHidden();
  }
});
