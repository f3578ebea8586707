import type { Page } from '@playwright/test';
import { backends, expect, test } from './fixtures';
import { openPage, quickSettings, setNumber, setToggle } from './steps/page';
import { generate, readPercent } from './steps/run';

/** What the page says a run has computed, in percent of the static model. */
async function workOfRun(page: Page, toggles: { width: boolean; tokens: boolean }) {
  await setToggle(page, 'Dynamic width', toggles.width);
  await setToggle(page, 'Dynamic tokens', toggles.tokens);
  await generate(page);
  return {
    work: await readPercent(page, 'multiply-adds-share'),
    heads: await readPercent(page, 'share-heads'),
    groups: await readPercent(page, 'share-groups'),
    tokens: await readPercent(page, 'share-tokens'),
  };
}

/** The heat map in words, for a cell chosen with the fields. */
async function expectReadableHeatMap(page: Page): Promise<void> {
  await expect(page.getByRole('img', { name: /^Heat map of heads over steps/ })).toBeVisible();
  await setNumber(page, 'Step', 1);
  await setNumber(page, 'Layer', 3);
  await expect(page.getByTestId('cell-reading')).toHaveText(
    /^Step 1 of 2 \(t = 0\), layer 3: [1-8] of 8 heads, [1-8] of 8 groups, \d+\s% of the tokens\.$/,
  );
}

for (const backend of backends) {
  test.describe(backend, () => {
    test.use({ preferences: { backend, live: false } });

    test('each toggle changes the counted work, and only its own part of it', async ({ page }) => {
      await openPage(page, { ...quickSettings, width: 'off', tokens: 'off' });
      const all = await workOfRun(page, { width: false, tokens: false });
      expect(all).toEqual({ work: 100, heads: 100, groups: 100, tokens: 100 });
      await expect(page.getByTestId('kept-tokens')).toHaveText('64 of 64 tokens kept');

      const width = await workOfRun(page, { width: true, tokens: false });
      expect(width.work).toBeLessThan(100);
      expect(width.heads + width.groups).toBeLessThan(200);
      expect(width.tokens).toBe(100);

      const tokens = await workOfRun(page, { width: false, tokens: true });
      expect(tokens).toMatchObject({ heads: 100, groups: 100 });
      expect(tokens.work).toBeLessThanOrEqual(100);

      // The network sees other activations, so its tokens may be others than with all of the width.
      const both = await workOfRun(page, { width: true, tokens: true });
      expect(both).toMatchObject({ heads: width.heads, groups: width.groups });
      expect(both.work).toBeLessThanOrEqual(width.work);
      await expectReadableHeatMap(page);
    });
  });
}
