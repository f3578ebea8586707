import { serveTinyModel } from '../tools/soak/browser/network';
import { expect, test } from './fixtures';
import { announced } from './steps/announcements';
import {
  leaveWorkersAlone,
  loseDevice,
  messagesReceived,
  prependToWorker,
  watchWorkers,
  withLosableDevice,
  withSlowSteps,
} from './steps/engine-worker';
import { cancelButton, generateButton, openPage, problem } from './steps/page';
import { run } from './steps/run';

/** In slow steps longer than any look at the page takes. */
const settings = {
  ...{ class: 'class-2', style: 'style-1', seed: 7, images: 2 },
  ...{ sampler: 'flow-euler', steps: 300, guidance: 2.5, draw: 'off' },
};

test('by the accessibility tree and the keyboard: from the settings through a failure to the pictures', async ({
  page,
}) => {
  await serveTinyModel(page);
  await watchWorkers(page);
  await prependToWorker(page, withSlowSteps + withLosableDevice);
  await openPage(page, settings);
  const main = page.getByRole('main');
  await expect(main).toMatchAriaSnapshot(`
    - region "Pictures":
      - heading "class 2, style 1" [level=2]
    - form "Settings":
      - button /Class. class 2/
      - radiogroup "Style":
        - radio "style 1" [checked]
      - group "Variation":
        - slider "Variation"
      - textbox "Pictures": "2"
      - group "Pictures slider":
        - slider "Pictures slider": "2"
      - group "Leave out work":
        - switch "Dynamic width" [checked]
        - switch "Dynamic tokens" [checked]
      - button /Sampler/
      - textbox "Steps": "300"
      - textbox "Seed": "7"
      - button "Generate"
      - button "Compare"
  `);

  await generateButton(page).focus();
  await page.keyboard.press('Enter');
  await expect(cancelButton(page)).toBeFocused();
  await expect(main).toMatchAriaSnapshot(`
    - region "Pictures":
      - progressbar "Progress": /Step \\d+ of 300/
      - img /Preview. class 2, style 1, seed 7/
      - img /Preview. class 2, style 1, seed 8/
  `);

  await expect.poll(() => messagesReceived(page)).toContain('bookmark');
  await loseDevice(page);
  const card = problem(page, 'device-lost');
  await expect(card).toMatchAriaSnapshot(`
    - alert:
      - heading "The computation broke off" [level=2]
      - paragraph: The device was lost.
      - button "Go on"
      - button "Start again"
  `);
  const goOn = card.getByRole('button', { name: 'Go on', exact: true });
  await expect(goOn, 'the focus is where one goes on').toBeFocused();

  await leaveWorkersAlone(page);
  await run(page, () => page.keyboard.press('Enter'));
  await expect(main).toMatchAriaSnapshot(`
    - region "Pictures":
      - heading "class 2, style 1" [level=2]
      - button "Open class 2, style 1, seed 7"
      - button "Open class 2, style 1, seed 8"
      - button "Use these settings again"
      - button "Copy link"
    - region "What it took":
      - term: Total time
      - meter "Attention heads": /Attention heads \\d+ %/
      - meter "Tokens through the MLP"
    - region "Where the work went":
      - figure:
        - img /Heat map of heads over steps and layers/
  `);
  expect(await announced(page)).toContainEqual(expect.stringMatching(/^Done: 2 pictures in /));
  await expect(page.locator('body'), 'the focus is not lost').not.toBeFocused();
});
