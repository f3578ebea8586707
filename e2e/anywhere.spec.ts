import * as v from 'valibot';
import { expect, test } from './fixtures';
import { quickSettings, visitAt, waitUntilReady } from './steps/page';
import { deviation, readPicture } from './steps/pixels';
import { generate } from './steps/run';
import { startStaticHost } from './steps/static-host';

const manifestSchema = v.object({ icons: v.array(v.object({ src: v.string() })) });

test('the page draws under any path, on a host that sends no headers', async ({ page }) => {
  const host = await startStaticHost('/some/path/');
  try {
    const missing: string[] = [];
    page.on('response', (response) => {
      if (!response.ok()) missing.push(response.url());
    });
    await visitAt(page, host.address, quickSettings);
    await waitUntilReady(page);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await generate(page);
    expect(deviation(await readPicture(page))).toBeGreaterThan(10);

    const manifest = await page.locator('link[rel="manifest"]').getAttribute('href');
    const manifestUrl = new URL(manifest ?? '', host.address).href;
    const icons = v
      .parse(manifestSchema, await (await page.request.get(manifestUrl)).json())
      .icons.map(({ src }) => new URL(src, manifestUrl).href);
    expect(icons.length).toBeGreaterThan(2);
    for (const icon of icons) expect((await page.request.get(icon)).status()).toBe(200);
    expect(missing).toEqual([]);
  } finally {
    await host.close();
  }
});
