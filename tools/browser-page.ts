import { chromium, type Page } from 'playwright';
import { createServer, type Plugin } from 'vite';
import { bundledDependencies } from './bundled-dependencies';
import { chromiumArgs, ensureChromium } from './chromium';

/** Opens pages of the project, by their paths relative to its root. */
export interface Browser {
  open(path: string): Promise<Page>;
}

/** What the server is told beside the project's own configuration. */
export interface ServerOptions {
  readonly plugins?: readonly Plugin[];
  /** Packages to bundle beforehand, beside those of the engine. */
  readonly include?: readonly string[];
  /** Packages that bring files along, which bundling would lose. */
  readonly exclude?: readonly string[];
  /** Flags of Chromium; those of SwiftShader where absent. */
  readonly args?: readonly string[];
}

/**
 * Serves the project with Vite and starts a headless Chromium with WebGPU; both are closed when
 * `work` is done. Errors of the pages are printed.
 */
export async function withBrowser<T>(
  { plugins = [], include = [], exclude = [], args = chromiumArgs }: ServerOptions,
  work: (browser: Browser) => Promise<T>,
): Promise<T> {
  const server = await createServer({
    plugins: [...plugins],
    logLevel: 'error',
    // Nothing may reload a page halfway: no watching, and dependencies are bundled beforehand.
    // (`watch: null` is lost where it is merged with the project's own server options.)
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: { ignored: /./ } },
    optimizeDeps: { include: [...bundledDependencies, ...include], exclude: [...exclude] },
  });
  await server.listen();
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: [...args] });
  try {
    return await work({
      async open(path) {
        const page = await browser.newPage();
        page.setDefaultTimeout(0);
        page.on('pageerror', (error) => console.error(`The page failed: ${error.message}`));
        await page.goto(`${server.resolvedUrls?.local[0] ?? ''}${path}`);
        return page;
      },
    });
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * As `withBrowser`, with one page.
 * @param path page, relative to the project's root
 */
export function withBrowserPage<T>(
  path: string,
  plugins: readonly Plugin[],
  work: (page: Page) => Promise<T>,
): Promise<T> {
  return withBrowser({ plugins }, async (browser) => work(await browser.open(path)));
}
