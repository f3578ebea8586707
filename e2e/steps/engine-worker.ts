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

const workerScript = /\/assets\/worker-[^/]*\.js$/;

/** Runs statements in the engine's worker before anything else there. Call it before the page is opened. */
export async function prependToWorker(page: Page, statements: string): Promise<void> {
  await page.route(workerScript, async (route) => {
    // A server may end a connection just as it is used again.
    const response = await route.fetch({ maxRetries: 3 });
    await route.fulfill({ response, body: `${statements}\n${await response.text()}` });
  });
}

/** Workers that are started from now on are as they were built. */
export function leaveWorkersAlone(page: Page): Promise<void> {
  return page.unroute(workerScript);
}

/** @param statements what is done with each `message` before the page gets it */
function beforeEachMessage(statements: string): string {
  return `{
    const post = self.postMessage.bind(self);
    self.postMessage = (message, options) => {
      ${statements}
      post(message, options);
    };
  }`;
}

/** A run on a worker like this takes as long as a test needs to press a button, however fast the machine. */
export const withSlowSteps = beforeEachMessage(`
  if (message.type === 'step') {
    const until = performance.now() + 100;
    while (performance.now() < until);
  }`);

/** What `messagesReceived` has where a worker `withMarkedCancel` was told to cancel. */
export const cancelMark = 'told-to-cancel';

/** A worker that says when it is told to cancel: what it sends after that does not hang on how busy the machine is. */
export const withMarkedCancel = `
  self.addEventListener('message', (event) => {
    if (event.data.type === 'cancel') self.postMessage({ type: '${cancelMark}' });
  });`;

/** A worker whose page takes it for a fast one, however slow the machine. */
export const withFastTimes = beforeEachMessage(`
  if (message.type === 'started') message.machine = { ...message.machine, linearGflops: 1e6 };
  if (message.type === 'generated') {
    Object.assign(message.result.statistics, { samplingMs: 20, decodeMs: 5 });
  }`);

/** A card's device is destroyed, as by a driver that crashed; the processor has none, and says so. */
const keepDevice = `
  if (self.GPUAdapter) {
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      self.keptDevice = await requestDevice.apply(this, args);
      return self.keptDevice;
    };
  }
  self.loseDevice = () => {
    if (self.keptDevice) self.keptDevice.destroy();
    else {
      const error = { code: 'device-lost', message: 'The device was lost.', advice: '' };
      self.postMessage({ type: 'lost', error });
    }
  };
  self.addEventListener('message', (event) => {
    if (event.data.type !== 'lose-device') return;
    event.stopImmediatePropagation();
    self.loseDevice();
  });`;

/** A worker that loses its device on `loseDevice`, as a driver crash would. */
export const withLosableDevice = keepDevice;

/** A worker that loses its device as soon as a run has taken that many steps. */
export function withDeviceLostAtStep(step: number): string {
  return `${keepDevice}${beforeEachMessage(
    `if (message.type === 'step' && message.event.step === ${step}) self.keptDevice?.destroy();`,
  )}`;
}

/** A worker that loses its device as soon as there is something to go on from. */
export const withLossAtBookmark = `${keepDevice}${beforeEachMessage(`
  if (message.type === 'bookmark') {
    post(message, options);
    self.loseDevice();
    return;
  }`)}`;

/** A worker whose script never comes back from a Cancel. */
export const withHangAtCancel = `
  self.addEventListener('message', (event) => {
    while (event.data.type === 'cancel');
  });`;

/** Loses the device under the engine; needs `watchWorkers` and `withLosableDevice`. */
export async function loseDevice(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.watchedWorkers.at(-1)?.worker.postMessage({ type: 'lose-device' });
  });
}

/** A processor with that many cores, as the page and its worker see it. Call it before the page is opened. */
export async function pretendCores(page: Page, cores: number): Promise<void> {
  const statement = `Object.defineProperty(navigator, 'hardwareConcurrency', { value: ${cores}, configurable: true });`;
  await page.addInitScript(statement);
  await prependToWorker(page, statement);
}
