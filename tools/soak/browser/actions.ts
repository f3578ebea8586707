import type { Page } from 'playwright';
import type { Random } from '../random';
import { breakEngine } from './engine';
import { dropFile, droppedNames, type NetworkFaults } from './network';
import { pressButton } from './probe';

/** What an action has to do with. */
export interface Scene {
  readonly page: Page;
  readonly faults: NetworkFaults;
  readonly random: Random;
}

interface Action {
  /** How often it comes up; 0 only where it is asked for, as it takes long. */
  readonly weight: number;
  readonly act: (scene: Scene) => Promise<unknown>;
}

/** A button that may not be there: what matters then is that nothing comes of it. */
function press(pattern: string): Action['act'] {
  return ({ page }) => page.evaluate(pressButton, pattern);
}

function choose(label: string, options: readonly string[]): Action['act'] {
  return ({ page, random }) =>
    page.evaluate(
      ([name, text]) => {
        const labels = [...document.querySelectorAll('form[aria-label="Settings"] label')];
        const found = labels.find(({ textContent }) => textContent.trim() === text);
        if (name !== '' && found instanceof HTMLElement) found.click();
      },
      [label, random.of(options)] as const,
    );
}

function type(label: string, texts: readonly string[]): Action['act'] {
  return async ({ page, random }) => {
    const field = page.getByRole('textbox', { name: label, exact: true });
    if (!(await field.isVisible()) || !(await field.isEnabled())) return;
    await field.fill(random.of(texts), { timeout: fieldMs });
    await field.press('Enter', { timeout: fieldMs });
  };
}

/** A field that goes while it is typed into, as with a model that takes another's place, is let be. */
const fieldMs = 20_000;

function travel(by: -1 | 1): Action['act'] {
  return ({ page }) =>
    page.evaluate((step) => {
      // The page's own entries alone: what was before it is another page.
      if (step < 0 ? navigation.canGoBack : navigation.canGoForward) history.go(step);
    }, by);
}

/** As a browser does to a tab that nobody sees. */
async function hide({ page }: Scene): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await session.detach();
}

/** Everything that a visitor, a network, a driver and a browser may do, some of it more often. */
export const actions: Readonly<Record<string, Action>> = {
  generate: { weight: 10, act: press('^Generate$') },
  compare: { weight: 3, act: press('^Compare$') },
  strip: { weight: 2, act: press('^Draw the way') },
  cancel: { weight: 5, act: press('^Cancel$') },
  steps: { weight: 2, act: type('Steps', ['1', '2', '5', '40', '0', 'x', '2,5']) },
  pictures: { weight: 2, act: type('Pictures', ['1', '2', '3', '-1']) },
  guidance: { weight: 1, act: type('Guidance', ['1', '2.5', '3', '99']) },
  seed: { weight: 2, act: type('Seed', ['1', '7', '4294967295', '-1', '1e9']) },
  roll: { weight: 1, act: press('^Roll a new seed$') },
  lock: { weight: 1, act: press('^Lock the seed$') },
  surprise: { weight: 2, act: press('^Surprise me$') },
  style: { weight: 2, act: choose('Style', ['style 0', 'style 1', 'style 2', 'Any']) },
  toggle: { weight: 2, act: choose('Toggle', ['Dynamic width', 'Dynamic tokens']) },
  live: { weight: 2, act: choose('Live', ['Live']) },
  back: { weight: 3, act: travel(-1) },
  forward: { weight: 2, act: travel(1) },
  reload: { weight: 2, act: ({ page }) => page.reload({ waitUntil: 'commit' }) },
  hide: { weight: 2, act: hide },
  show: {
    weight: 2,
    act: ({ page, random }) =>
      page.evaluate((pick) => {
        const runs = document.querySelectorAll<HTMLButtonElement>(
          '[aria-label="Earlier runs"] button',
        );
        if (runs.length > 0) runs[pick % runs.length].click();
      }, random.below(100)),
  },
  reuse: { weight: 2, act: press('^Use these settings again$') },
  clear: { weight: 1, act: press('^Clear$') },
  drop: { weight: 4, act: ({ page, random }) => dropFile(page, random.of(droppedNames)) },
  open: { weight: 3, act: press('^(Open|Fetch it)$') },
  leave: { weight: 1, act: press('^(Leave it|Let go of these files|Not now)$') },
  builtIn: {
    weight: 2,
    async act({ page }) {
      if (!(await page.evaluate(pressButton, '^Model: '))) return;
      const inDialog = () => page.evaluate(pressButton, '^Back to the built-in model$');
      if (!(await inDialog())) await page.keyboard.press('Escape');
    },
  },
  remedy: {
    weight: 8,
    act: ({ page, random }) =>
      page.evaluate((pick) => {
        const buttons = document.querySelectorAll<HTMLButtonElement>(
          '[role="alert"][data-error] button, [role="status"] button',
        );
        // A run that goes on on another machine is not to the bit what a fresh page makes of its link.
        const cards = [...buttons].filter(({ textContent }) => !/processor/i.test(textContent));
        if (cards.length > 0) cards[pick % cards.length].click();
      }, random.below(100)),
  },
  loseDevice: { weight: 3, act: ({ page }) => breakEngine(page, 'lose-device') },
  crash: { weight: 1, act: ({ page }) => breakEngine(page, 'crash') },
  hang: { weight: 0, act: ({ page }) => breakEngine(page, 'hang') },
  failFetch: { weight: 1, act: ({ faults }) => Promise.resolve((faults.lost = 1)) },
  failFetches: { weight: 0, act: ({ faults }) => Promise.resolve((faults.lost = 10)) },
  flipByte: {
    weight: 2,
    act: ({ faults, random }) => Promise.resolve((faults.wrong = 1 + random.below(2))),
  },
};

/** Those that take half a minute of the wall's clock, for long walks. */
export const patientActions: readonly string[] = ['hang', 'failFetches'];
