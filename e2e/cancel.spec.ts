import { backends, expect, test } from './fixtures';
import { announced } from './steps/announcements';
import {
  cancelMark,
  messagesReceived,
  prependToWorker,
  watchWorkers,
  withMarkedCancel,
  withSlowSteps,
} from './steps/engine-worker';
import { cancelButton, generateButton, openPage, quickSettings, setNumber } from './steps/page';
import { generate, runningStep, tiles } from './steps/run';

/** The step under way and the one already queued behind it. */
const stepsAfterCancel = 2;

for (const backend of backends) {
  test.describe(backend, () => {
    test.use({ preferences: { backend, live: false } });

    test('Cancel ends a run within about a step, says so, and the page goes on working', async ({
      page,
    }) => {
      await watchWorkers(page);
      await prependToWorker(page, withMarkedCancel + withSlowSteps);
      await openPage(page, { ...quickSettings, steps: 1000 });
      await generateButton(page).click();
      await expect(page.getByTestId('progress-step')).toHaveText(runningStep);
      await cancelButton(page).click();

      await expect(generateButton(page)).toBeEnabled();
      const received = await messagesReceived(page);
      expect(received).toContain(cancelMark);
      const after = received.slice(received.indexOf(cancelMark));
      expect(after.filter((type) => type === 'step').length).toBeLessThanOrEqual(stepsAfterCancel);
      expect(received).not.toContain('generated');
      expect(await announced(page)).toContain('Cancelling.');
      await expect(tiles(page)).toHaveCount(0);
      await expect(page.getByRole('alert')).toHaveCount(0);

      await setNumber(page, 'Steps', 2);
      await generate(page);
      await expect(page.getByRole('button', { name: 'Open pizza, Twemoji, seed 7' })).toBeVisible();
    });
  });
}
