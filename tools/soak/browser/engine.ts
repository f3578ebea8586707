import type { Page } from 'playwright';

/** In the engine's worker, before anything else: it can lose its device, fail and hang. */
const breakable = `{
  let device;
  if (self.GPUAdapter) {
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      return (device = await requestDevice.apply(this, args));
    };
  }
  self.addEventListener('message', (event) => {
    const { soak } = event.data;
    if (!soak) return;
    event.stopImmediatePropagation();
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
