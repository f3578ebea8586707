import type { Page } from 'playwright';

/** Where the engine's worker says what lives on its card: its own messages are the page's. */
const channelName = 'dydit-soak';

/**
 * In the engine's worker, before anything else: it can lose its device, fail and hang, and it knows
 * the buffers of its device that were not destroyed.
 */
const breakable = `{
  let device;
  const labels = new Map();
  const channel = new BroadcastChannel('${channelName}');
  if (self.GPUAdapter) {
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      labels.clear();
      return (device = await requestDevice.apply(this, args));
    };
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const buffer = createBuffer.call(this, descriptor);
      labels.set(buffer, descriptor.label ?? '');
      return buffer;
    };
    const { destroy } = GPUBuffer.prototype;
    GPUBuffer.prototype.destroy = function () {
      labels.delete(this);
      destroy.call(this);
    };
  }
  self.addEventListener('message', (event) => {
    const { soak } = event.data;
    if (!soak) return;
    event.stopImmediatePropagation();
    if (soak === 'tell-buffers') channel.postMessage([...labels.values()]);
    if (soak === 'crash') setTimeout(() => { throw new Error('It ran into a wall.'); });
    if (soak === 'hang') for (;;);
    if (soak !== 'lose-device') return;
    if (device) device.destroy();
    else self.postMessage({ type: 'lost', error: { code: 'device-lost', message: 'The device was lost.', advice: '' } });
  });
}`;

export async function makeEngineBreakable(page: Page): Promise<void> {
  await page.route(/\/assets\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${breakable}\n${await response.text()}` });
  });
}

/** What a driver, a fault of ours or an endless loop does to the engine. */
export async function breakEngine(
  page: Page,
  how: 'lose-device' | 'crash' | 'hang',
): Promise<void> {
  await page.evaluate((soak) => {
    for (const { name, worker } of window.soakWorkers) {
      if (name === 'dydit-engine') worker.postMessage({ soak });
    }
  }, how);
}

/** An engine that is at rest answers within this, however slow the machine; a hung one never does. */
const answerMs = 10_000;

/** Labels of the buffers on the engine's card; undefined where there is no engine that answers. */
export function liveBuffers(page: Page): Promise<readonly string[] | undefined> {
  return page.evaluate(
    async ([name, patienceMs]) => {
      const engine = [...window.soakWorkers].find((worker) => worker.name === 'dydit-engine');
      if (!engine) return undefined;
      const channel = new BroadcastChannel(name);
      try {
        return await new Promise<readonly string[] | undefined>((resolve) => {
          channel.onmessage = ({ data }: MessageEvent<readonly string[]>) => resolve(data);
          setTimeout(() => resolve(undefined), patienceMs);
          engine.worker.postMessage({ soak: 'tell-buffers' });
        });
      } finally {
        channel.close();
      }
    },
    [channelName, answerMs] as const,
  );
}
