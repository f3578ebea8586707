import type { Locator, Page } from '@playwright/test';
import { serveTinyModel } from '../tools/soak/browser/network';
import { backends, expect, test } from './fixtures';
import {
  leaveWorkersAlone,
  messagesReceived,
  prependToWorker,
  watchWorkers,
  withHangAtCancel,
  withLossAtBookmark,
  withSlowSteps,
} from './steps/engine-worker';
import { countKept, expectKept, runsUnderWay } from './steps/kept';
import {
  cancelButton,
  generateButton,
  openPage,
  problem,
  quickSettings,
  setNumber,
  waitUntilReady,
} from './steps/page';
import { deviation, expectSamePicture, type Pixels, readPicture } from './steps/pixels';
import { generate, run, runningStep } from './steps/run';
import { recordAnnouncements } from './steps/announcements';

declare global {
  interface Window {
    /** What the tab was known by before the page began. */
    tabAtFirst?: string | null;
  }
}

/**
 * Of a model so small that its runs are over in a blink on any machine; in slow steps they take 20
 * seconds, and are kept each second.
 */
const settings = {
  ...{ class: 'class-2', style: 'style-1', seed: 7, images: 1 },
  ...{ sampler: 'flow-euler', steps: 200, guidance: 2.5 },
};

/** Opens the page in a visit that knows nothing yet, and makes the picture without a break. */
async function makeWhole(page: Page): Promise<Pixels> {
  await serveTinyModel(page);
  await openPage(page, settings);
  await generate(page);
  const whole = await readPicture(page);
  expect(deviation(whole), 'the picture is of something').toBeGreaterThan(1);
  return whole;
}

/** Goes on with a run, to the same bits, and without doing all of it again. */
async function expectToGoOn(page: Page, button: Locator, whole: Pixels): Promise<void> {
  await leaveWorkersAlone(page);
  await run(page, () => button.click());
  expectSamePicture(await readPicture(page), whole);
  const received = await messagesReceived(page);
  const stepsDone = received.filter((type) => type === 'step').length;
  expect(stepsDone).toBeGreaterThan(0);
  expect(stepsDone).toBeLessThan(settings.steps);
}

for (const backend of backends) {
  test.describe(backend, () => {
    test.use({ preferences: { backend, live: false } });

    test('a device lost during a run: Go on makes the same picture, without doing anything twice', async ({
      page,
    }) => {
      const whole = await makeWhole(page);
      await watchWorkers(page);
      await prependToWorker(page, withSlowSteps + withLossAtBookmark);
      await openPage(page, settings);
      await generateButton(page).click();
      const card = problem(page, 'device-lost');
      await expect(card).toBeVisible();
      const goOn = card.getByRole('button', { name: 'Go on', exact: true });
      await expectToGoOn(page, goOn, whole);
    });

    test('a reload during a run lets it go on, to the same picture', async ({ page }) => {
      const whole = await makeWhole(page);
      await watchWorkers(page);
      await prependToWorker(page, withSlowSteps);
      await openPage(page, settings);
      await generateButton(page).click();
      await expectKept(page, runsUnderWay, 1);
      await leaveWorkersAlone(page);
      await page.reload();
      await waitUntilReady(page);
      await expect(page.getByText(/broke off after step \d+ of 200/)).toBeVisible();
      await expectToGoOn(page, page.getByRole('button', { name: 'Go on', exact: true }), whole);
      await page.reload();
      await waitUntilReady(page);
      await expect(page.getByText(/broke off/)).toHaveCount(0);
    });
  });
}

test('a duplicated tab has nothing of a run under way, and takes nothing of it', async ({
  page,
}) => {
  // In slow steps longer than the other tab takes, on any machine.
  const steps = 1000;
  await serveTinyModel(page);
  await prependToWorker(page, withSlowSteps);
  await openPage(page, { ...settings, steps });
  await generateButton(page).click();
  await expectKept(page, runsUnderWay, 1);

  // A window that a page opens begins with what the page keeps for its tab, as a duplicated tab does.
  const opening = page.waitForEvent('popup');
  await page.evaluate(() => void window.open('about:blank'));
  const other = await opening;
  await other.addInitScript(
    (key) => (window.tabAtFirst = sessionStorage.getItem(key)),
    'dydit-web-tab',
  );
  await recordAnnouncements(other);
  await serveTinyModel(other);
  await openPage(other, { ...settings, steps });
  const own = await page.evaluate(() => sessionStorage.getItem('dydit-web-tab'));
  expect(own).not.toBeNull();
  expect(await other.evaluate(() => window.tabAtFirst), 'the tab is a copy').toBe(own);
  await expect(other.getByText(/broke off/)).toHaveCount(0);
  // The other tab's run would have been offered by now: from here on fewer steps will do.
  await setNumber(other, 'Steps', 2);
  await generate(other);
  expect(await countKept(page, runsUnderWay)).toBe(1);
  await other.close();

  await page.reload();
  await waitUntilReady(page);
  await expect(page.getByText(/broke off after step \d+ of 1000/)).toBeVisible();
});

test('a worker that hangs is ended after Cancel, and the page goes on working', async ({
  page,
}) => {
  await watchWorkers(page);
  await prependToWorker(page, withSlowSteps + withHangAtCancel);
  await openPage(page, { ...quickSettings, steps: 1000 });
  await generateButton(page).click();
  await expect(page.getByTestId('progress-step')).toHaveText(runningStep);
  await cancelButton(page).click();
  await waitUntilReady(page);
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(await page.evaluate(() => window.watchedWorkers.length)).toBe(2);
  await page.getByRole('textbox', { name: 'Steps', exact: true }).fill('2');
  await page.keyboard.press('Enter');
  await generate(page);
});

test('loading can be cancelled, and tried again', async ({ page }) => {
  await page.route(/\.safetensors$/, () => undefined);
  await page.goto('/?draw=off');
  await cancelButton(page).click();
  const card = problem(page, 'cancelled');
  await expect(card).toBeVisible();
  await page.unrouteAll();
  await card.getByRole('button', { name: 'Try again' }).click();
  await waitUntilReady(page);
});
