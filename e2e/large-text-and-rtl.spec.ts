import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { serveTinyModel } from '../tools/soak/browser/network';
import { expect, test } from './fixtures';
import { expectAccessible } from './steps/accessibility';
import { dropFile } from './steps/files';
import { withLearnedModel } from './steps/learned-model';
import { numberField, openPage, problem, quickSettings, waitUntilReady } from './steps/page';
import { compare, generate, tiles } from './steps/run';

const widths = [390, 1280] as const;

/** As small as a phone, or as a window at four times the size: what does not fit may wrap or be cut short. */
const narrowest = 320;

/** What the visitor has set as the size of text in the browser, where 16 is usual. */
async function setTextSize(page: Page, pixels: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontSizes', { fontSizes: { standard: pixels, fixed: pixels } });
}

async function expectNothingBesideThePage(page: Page, state: string): Promise<void> {
  const beyond = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect.soft(beyond, `pixels of sideways scrolling, ${state}`).toBeLessThanOrEqual(0);
}

/** Words and numbers that are wider than their box, or lie outside the window. */
async function expectNothingCutOff(page: Page, state: string): Promise<void> {
  const cut = await page.evaluate(() => {
    const words = (element: Element) =>
      element instanceof HTMLInputElement
        ? element.value
        : [...element.childNodes]
            .filter((node) => node instanceof Text)
            .map((node) => node.textContent.trim())
            .join('');
    return (
      [...document.querySelectorAll('body *')]
        .filter((element) => words(element) !== '' && element.checkVisibility())
        // A pixel in size is only told to screen readers, as are the inputs of sliders; tables and
        // the history scroll by themselves.
        .filter(
          (element) => element.clientWidth !== 1 && !element.closest('table, nav, [type=range]'),
        )
        .filter((element) => {
          const { left, right } = element.getBoundingClientRect();
          return (
            left < -1 ||
            right > innerWidth + 1 ||
            (element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
          );
        })
        .map((element) => `${element.tagName} ${element.className}: ${words(element)}`)
    );
  });
  expect.soft(cut, `cut off, ${state}`).toEqual([]);
}

async function expectRoomForAll(page: Page, state: string): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await expectNothingBesideThePage(page, `${state}, ${width}`);
    await expectNothingCutOff(page, `${state}, ${width}`);
  }
  await page.setViewportSize({ width: narrowest, height: 900 });
  await expectNothingBesideThePage(page, `${state}, ${narrowest}`);
}

test('text of twice the size has room: nothing is cut off, nothing lies sideways', async ({
  page,
}) => {
  await setTextSize(page, 32);
  await openPage(page);
  expect(
    await page
      .getByText('Pictures', { exact: true })
      .evaluate((label) => parseFloat(getComputedStyle(label).fontSize)),
    'the size that the visitor has set is followed',
  ).toBeGreaterThan(24);
  await expectRoomForAll(page, 'start');
  await generate(page);
  await expectRoomForAll(page, 'pictures');
  await tiles(page).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectRoomForAll(page, 'viewer');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Model: / }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectRoomForAll(page, 'models');
  await page.keyboard.press('Escape');
  await dropFile(page, {
    name: 'something.pt',
    bytes: await readFile(new URL('../conformance/cases/static/model.pt', import.meta.url)),
  });
  await expect(page.getByTestId('questions')).toBeVisible();
  await expectRoomForAll(page, 'questions');
  await expectAccessible(page, 'large text');
});

test('mixes, variation and budget have room for text of twice the size', async ({ page }) => {
  await withLearnedModel(page);
  await setTextSize(page, 32);
  await page.goto('/?mix=class-1:0.25&seed=4294967295');
  await waitUntilReady(page);
  await expectRoomForAll(page, 'mix');
});

test('comparisons and problems have room for text of twice the size', async ({ page }) => {
  await serveTinyModel(page);
  await setTextSize(page, 32);
  for (const images of [4, 1]) {
    await page.goto(`/?draw=off&images=${images}`);
    await waitUntilReady(page);
    await compare(page);
    await expectRoomForAll(page, `a comparison of ${images}`);
  }
  const whole = await readFile(new URL('../conformance/cases/tiny/model.pt', import.meta.url));
  const name = 'a-checkpoint-of-a-long-training-run-with-a-name-to-match.pt';
  await dropFile(page, { name, bytes: whole.subarray(0, whole.length / 2) });
  await expect(problem(page, 'checkpoint-broken')).toBeVisible();
  await expectRoomForAll(page, 'a problem');
});

test('right to left: nothing lies sideways, and sliders are where they show', async ({ page }) => {
  await openPage(page, { ...quickSettings, steps: 10 });
  await page.evaluate(() => (document.documentElement.dir = 'rtl'));
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await expectNothingBesideThePage(page, `right to left, ${width}`);

    const slider = page.getByRole('group', { name: 'Pictures slider' });
    const track = slider.locator('[class*="_track_"]');
    await track.scrollIntoViewIfNeeded();
    const { width: length, height } = (await track.boundingBox()) ?? { width: 0, height: 0 };
    await track.click({ position: { x: length / 4, y: height / 2 } });
    const value = Number(await numberField(page, 'Pictures').inputValue());
    expect(value).toBeGreaterThan(1);
    const box = async (part: string) =>
      (await slider.locator(`[class*="_${part}_"]`).boundingBox()) ?? { x: 0, width: 0 };
    const [thumb, fill] = [await box('thumb'), await box('fill')];
    // It ends below the thumb.
    expect(fill.x + fill.width).toBeGreaterThanOrEqual(thumb.x - 1);
    expect(fill.x + fill.width).toBeLessThan(thumb.x + thumb.width);
    await slider.getByRole('slider').press('ArrowRight');
    await expect(numberField(page, 'Pictures')).toHaveValue(String(value + 1));
  }

  const toggle = page.getByRole('switch', { name: 'Dynamic width' });
  await expect(toggle).toBeChecked();
  const place = async (part: string) =>
    (await page.locator(`fieldset [class*="_${part}_"]`).first().boundingBox()) ?? {
      x: 0,
      width: 0,
    };
  const [rail, knob] = [await place('rail'), await place('knob')];
  expect(knob.x).toBeGreaterThan(rail.x);
  expect(knob.x + knob.width).toBeLessThan(rail.x + rail.width);
});
