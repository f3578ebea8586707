import { readFile } from 'node:fs/promises';
import { readPng as parsePng } from '../src/engine/testing/read-png';
import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';
import { withGallery, withLearnedModel } from './steps/learned-model';
import { expectInLink, numberField, openPage, setToggle } from './steps/page';
import { generate, run, tiles } from './steps/run';

test.beforeEach(({ page }) => withLearnedModel(page));

const quiet = { class: 'class-0', style: 'style-0', seed: 7, images: 1, draw: 'off' };

test('few steps are the default; a long sampler says what it costs', async ({ page }) => {
  await openPage(page, quiet);
  await expect(page.getByText('4 evaluations a picture', { exact: true })).toBeVisible();
  await expect(numberField(page, 'Steps')).toHaveValue('4');
  await page.getByRole('button', { name: /Sampler/ }).click();
  await page.getByRole('option', { name: /^Euler/ }).click();
  await expect(page.getByText('25 evaluations a picture', { exact: true })).toBeVisible();
  await expect(numberField(page, 'Steps')).toHaveValue('25');
  await expectInLink(page, 'sampler', 'flow-euler');
});

test('a second thing is mixed in, the way to it is drawn, saved, and drawn again from its link', async ({
  page,
}) => {
  await openPage(page, quiet);
  await page.getByRole('button', { name: 'Mix in another thing' }).click();
  await page.getByRole('option', { name: 'class 2' }).click();
  const share = page.getByRole('slider', { name: 'Share of class 2, the rest is class 0' });
  await expect(share).toHaveValue('0.5');
  await share.focus();
  for (let i = 0; i < 3; i++) await share.press('ArrowLeft');
  await expectInLink(page, 'mix', 'class-2:0.47');
  await page.getByRole('button', { name: 'Swap the things' }).click();
  await expectInLink(page, 'mix', 'class-0:0.53');
  await expectInLink(page, 'class', 'class-2');
  await generate(page);
  await expect(
    page.getByRole('button', { name: 'Open class 2 47 % + class 0 53 %, style 0, seed 7' }),
  ).toBeVisible();

  const way = page.getByRole('button', { name: 'Draw the way in 5 pictures' });
  await run(page, () => way.click());
  await expect(page.getByRole('heading', { name: 'class 2 to class 0, style 0' })).toBeVisible();
  await expect(tiles(page)).toHaveCount(5);
  await expect(page.getByRole('listitem').filter({ hasText: '75 %' })).toBeVisible();
  await expectInLink(page, 'run', 'strip');
  await expectAccessible(page, 'a strip');

  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the strip' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('class-2-to-class-0-style-0-7.png');
  const { width, height } = parsePng(await readFile(await saved.path()));
  expect(width).toBeGreaterThan(5 * height);

  await page.reload();
  await expect(page.getByRole('slider', { name: /^Share of class 0/ })).toHaveValue('0.5');
  await run(page, () => way.click());
  await expect(tiles(page)).toHaveCount(5);
  await page.getByRole('button', { name: 'Remove the second thing' }).click();
  await expectInLink(page, 'class', 'class-2');
  expect(new URL(page.url()).searchParams.has('mix')).toBe(false);
});

test('variation and budget can be set by the keyboard, on a phone too, and a budget needs a switch', async ({
  page,
}) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await openPage(page, quiet);
  const variation = page.getByRole('slider', { name: 'Variation' });
  await expect(variation).toHaveValue('0.7');
  await variation.focus();
  await variation.press('Home');
  await expectInLink(page, 'variation', '0');
  const budget = page.getByRole('slider', { name: 'Budget' });
  await budget.focus();
  await budget.press('ArrowLeft');
  await budget.press('ArrowLeft');
  await expect(page.getByText('about 48 % of the work')).toBeVisible();
  await expect(page.getByRole('img', { name: /^Recognised .*50 % at 20 %/ })).toBeVisible();
  await expect.poll(() => Number(new URL(page.url()).searchParams.get('budget'))).toBeLessThan(0);
  await generate(page);
  await setToggle(page, 'Dynamic width', false);
  await setToggle(page, 'Dynamic tokens', false);
  await expect(budget).toBeDisabled();
  await expect(page.getByText('Both are off, so all of the work is done.')).toBeVisible();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page, `variation and budget, ${colorScheme}`);
  }
  for (const control of [
    numberField(page, 'Steps'),
    page.getByRole('button', { name: /Sampler/ }),
  ]) {
    const box = await control.boundingBox();
    expect(box && box.x + box.width).toBeLessThan(320);
  }
});

test('a picture of the gallery is drawn with its settings; one of other weights is not shown', async ({
  page,
}) => {
  await withGallery(page);
  await openPage(page, quiet);
  const picture = page.getByRole('button', { name: 'Draw class 2 75 % + class 1 25 %, style 1' });
  await expect(picture).toBeVisible();
  await expectAccessible(page, 'the gallery');
  await run(page, () => picture.click());
  await expect(
    page.getByRole('button', { name: 'Open class 2 75 % + class 1 25 %, style 1, seed 99' }),
  ).toBeVisible();
  await expect(numberField(page, 'Steps')).toHaveValue('3');
  await expect(picture).toHaveCount(0);

  await withGallery(page, '0'.repeat(64));
  const answer = page.waitForResponse('**/gallery/gallery.json');
  await openPage(page, quiet);
  await (await answer).finished();
  await expect(page.getByText('Drawn by these weights')).toHaveCount(0);
});
