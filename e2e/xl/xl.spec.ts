import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { setNumber, visit, waitUntilReady } from '../steps/page';
import { deviation, readPicture } from '../steps/pixels';
import { generate } from '../steps/run';

/** The heaps of the page and its workers stay below this while a model is kept. */
const mostHeapBytes = 256 * 2 ** 20;

/** 2.7 GB, made once by PyTorch. */
function largeModel(): string {
  const path = process.env.XL_MODEL ?? join(tmpdir(), 'dydit-xl-2.pt');
  if (existsSync(path)) return path;
  const python = process.env.PYTHON ?? 'training/.venv/bin/python';
  execFileSync(python, [fileURLToPath(new URL('make_model.py', import.meta.url)), path]);
  return path;
}

declare global {
  interface Performance {
    /** Where a page is cross-origin isolated; counts its workers, waits for a collection. */
    measureUserAgentSpecificMemory(): Promise<{
      readonly breakdown: readonly { readonly bytes: number; readonly types: readonly string[] }[];
    }>;
  }
  interface Window {
    mostHeap: number;
  }
}

/** Measures what the page and its workers hold in JavaScript, over and over. */
async function watchHeap(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    window.mostHeap = 0;
    const measure = async (): Promise<void> => {
      const { breakdown } = await performance.measureUserAgentSpecificMemory();
      const scripts = breakdown.filter(({ types }) => types.includes('JavaScript'));
      const bytes = scripts.reduce((sum, part) => sum + part.bytes, 0);
      window.mostHeap = Math.max(window.mostHeap, bytes);
      setTimeout(() => void measure(), 500);
    };
    void measure();
  });
  return () => page.evaluate(() => window.mostHeap);
}

for (const dtype of ['f16', 'int8'] as const) {
  test(`a DyDiT-XL/2 of 2.7 GB is kept as ${dtype}, opened from the store and draws`, async ({
    page,
  }) => {
    await visit(page);
    await waitUntilReady(page);
    const path = largeModel();
    const heap = await watchHeap(page);
    const start = Date.now();
    await page.getByRole('button', { name: /^Model: / }).click();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose files…' }).click();
    await (await chooser).setFiles(path);
    const form = page.getByTestId('questions');
    await expect(form).toContainText('DyDiT of 28 layers');
    await expect(form).toContainText('(recommended)');
    await form.getByText(new RegExp(`^${dtype}, `)).click();
    await form.getByRole('button', { name: 'Open', exact: true }).click();
    await expect(page.getByText(/^Keeping /)).toBeVisible();
    await expect(page.getByText(/^Keeping /)).toBeHidden();
    const most = await heap();
    const kept = Date.now();
    await waitUntilReady(page);
    const loaded = Date.now();

    await page.reload();
    await waitUntilReady(page);
    await expect(page.getByRole('button', { name: `Model: ${basename(path)}` })).toBeVisible();
    const reopened = Date.now();
    await setNumber(page, 'Pictures', 1);
    await setNumber(page, 'Steps', 1);
    await setNumber(page, 'Guidance', 1);
    await generate(page);
    expect(deviation(await readPicture(page))).toBeGreaterThan(1);
    const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(0)} s`;
    process.stdout.write(
      `${dtype}: kept in ${seconds(start, kept)}, loaded in ${seconds(kept, loaded)}, ` +
        `opened from the store in ${seconds(loaded, reopened)}, one step ${seconds(reopened, Date.now())}, ` +
        `heap while keeping at most ${(most / 1e6).toFixed(0)} MB\n`,
    );
    expect(most).toBeLessThan(mostHeapBytes);
  });
}
