import type { Locator } from '@playwright/test';
import { readPng } from '../src/engine/testing/read-png';
import { expect, test } from './fixtures';
import { openPage, quickSettings, setNumber } from './steps/page';
import { generate } from './steps/run';

test.use({ contextOptions: { forcedColors: 'active' } });

/** The colour that is really seen, half way down and so many pixels in: a quarter where not said. */
async function colourOf(element: Locator, inset?: number): Promise<string> {
  const { width, height, rgb } = readPng(await element.screenshot());
  const at = 3 * (Math.floor(height / 2) * width + (inset ?? Math.floor(width / 4)));
  return rgb.subarray(at, at + 3).join();
}

test('with forced colours, what is on, chosen or filled can be seen', async ({ page }) => {
  await openPage(page, { ...quickSettings, steps: 60, width: 'on', tokens: 'off' });
  const paper = readPng(await page.screenshot())
    .rgb.subarray(0, 3)
    .join();

  const rails = page.locator('fieldset [class*="_rail_"]');
  const [on, off] = [await colourOf(rails.nth(0)), await colourOf(rails.nth(1))];
  expect(on, 'a switch that is on and one that is off').not.toBe(off);

  const slider = (name: string) => page.getByRole('group', { name: `${name} slider` });
  expect(await colourOf(slider('Pictures').locator('[class*="_rail_"]'))).not.toBe(paper);
  expect(await colourOf(slider('Steps').locator('[class*="_fill_"]'))).not.toBe(paper);

  const chosen = page.locator('[data-selected][class*="_option_"]').first();
  expect(await colourOf(chosen, 6), 'the chosen segment').not.toBe(paper);

  await setNumber(page, 'Steps', 2);
  await generate(page);
  const share = page.locator('[class*="_share_"] [class*="_fill_"]').first();
  expect(await colourOf(share)).not.toBe(paper);
});
