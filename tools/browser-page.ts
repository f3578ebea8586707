import { chromium, type Page } from 'playwright';
import { createServer, type Plugin } from 'vite';
import { bundledDependencies } from './bundled-dependencies';
import { chromiumArgs, ensureChromium } from './chromium';

/**
 * Serves the project with Vite, opens one of its pages in headless Chromium with WebGPU, and
 * closes both when `work` is done. Errors of the page are printed.
 * @param path page, relative to the project's root
 */
export async function withBrowserPage<T>(
  path: string,
  plugins: readonly Plugin[],
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const server = await createServer({
    plugins: [...plugins],
    logLevel: 'error',
    // Nothing may reload the page halfway: no watching, and dependencies are bundled beforehand.
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    optimizeDeps: { include: bundledDependencies },
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArgs });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(0);
    page.on('pageerror', (error) => console.error(`The page failed: ${error.message}`));
    await page.goto(`${server.resolvedUrls?.local[0] ?? ''}${path}`);
    return await work(page);
  } finally {
    await browser.close();
    await server.close();
  }
}
