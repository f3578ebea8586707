import type { Page } from '@playwright/test';

/** A worker that the page has started, and the kinds of message it has sent. */
interface WatchedWorker {
  readonly worker: Worker;
  readonly received: string[];
}

declare global {
  interface Window {
    watchedWorkers: WatchedWorker[];
  }
}

/** Keeps hold of the page's workers. Call it before the page is opened. */
export async function watchWorkers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.watchedWorkers = [];
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        const received: string[] = [];
        window.watchedWorkers.push({ worker: this, received });
        this.addEventListener('message', (event: MessageEvent<{ readonly type: string }>) =>
          received.push(event.data.type),
        );
      }
    };
  });
}

/** Kinds of the messages that the engine's present worker has sent, in order. */
export function messagesReceived(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => window.watchedWorkers.at(-1)?.received ?? []);
}

/** Destroys the GPU device under the engine, as a driver crash would. */
export async function loseDevice(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.watchedWorkers.at(-1)?.worker.postMessage({ type: 'simulate-device-loss' });
  });
}

/** Runs a statement in the engine's worker before anything else there. Call it before the page is opened. */
export async function prependToWorker(page: Page, statement: string): Promise<void> {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${statement}\n${await response.text()}` });
  });
}
