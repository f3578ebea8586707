import type { Page } from 'playwright';
import { withBrowser, type Browser } from '../../tools/browser-page';
import { chromiumArgs, nativeArgs } from '../../tools/chromium';
import type { AdapterName } from '../names';
import type { Workplace } from '../workplace/workplace';
import type { Runtime } from './runtime';

/** The page's functions; `page.evaluate` carries the call over. */
declare const benchPage: Workplace;

/** Workplaces are pages of a headless Chromium, which is closed when `work` is done. */
export function withChromium<T>(
  adapter: AdapterName,
  work: (runtime: Runtime) => Promise<T>,
): Promise<T> {
  const args = adapter === 'native' ? nativeArgs : chromiumArgs;
  // onnxruntime-web finds its WebAssembly beside itself, so it must stay where it is.
  const bundling = { include: ['comlink'], exclude: ['onnxruntime-web'] };
  return withBrowser({ ...bundling, args }, (browser) =>
    work({ browser, openWorkplace: async () => workplaceOn(await openBenchPage(browser)) }),
  );
}

/** A page of the benchmark, once its script has run. */
async function openBenchPage(browser: Browser): Promise<Page> {
  const page = await browser.open('bench/page/index.html');
  await page.waitForFunction(() => globalThis.benchPage !== undefined);
  return page;
}

function workplaceOn(page: Page): Workplace {
  return {
    adapter: () => page.evaluate(() => benchPage.adapter()),
    peak: (spec) => page.evaluate((given) => benchPage.peak(given), spec),
    openSubject: (spec) => page.evaluate((given) => benchPage.openSubject(given), spec),
    outputs: (mode) => page.evaluate((given) => benchPage.outputs(given), mode),
    time: (mode, rounds) =>
      page.evaluate(([m, r]) => benchPage.time(m, r), [mode, rounds] as const),
    cardCosts: (mode) => page.evaluate((given) => benchPage.cardCosts(given), mode),
    openMachine: (spec) => page.evaluate((given) => benchPage.openMachine(given), spec),
    kernel: (given, storage) =>
      page.evaluate(([k, s]) => benchPage.kernel(k, s), [given, storage] as const),
    attention: (given) => page.evaluate((a) => benchPage.attention(a), given),
    openEngine: (spec) => page.evaluate((given) => benchPage.openEngine(given), spec),
    picture: (mode, steps) =>
      page.evaluate(([m, s]) => benchPage.picture(m, s), [mode, steps] as const),
    close: () => page.close(),
  };
}
