import { preview } from 'vite';

/** A page of some browser that can be driven. */
export interface DrivenPage {
  navigate(url: string): Promise<void>;
  /** The value of an expression, as a text. */
  evaluate(expression: string): Promise<string>;
}

const settings = '?class=pizza&style=twemoji&seed=7&steps=2&images=1&draw=off';
const patienceMs = 5 * 60_000;

/**
 * Serves the built page, has it draw in a browser, and prints what it says of itself.
 * @throws Error where no picture comes of it
 */
export async function drawIn(open: () => Promise<DrivenPage>): Promise<void> {
  const server = await preview({ logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
  const [address] = server.resolvedUrls?.local ?? [];
  try {
    await draw(await open(), `${address}${settings}`);
  } finally {
    await server.close();
  }
}

async function draw(page: DrivenPage, url: string): Promise<void> {
  await page.navigate(url);
  await until(
    page,
    `[...document.querySelectorAll('button')].some((button) => button.textContent === 'Generate' && !button.disabled)`,
  );
  console.log(
    await page.evaluate(
      `navigator.userAgent + ', WebGPU: ' + ('gpu' in navigator) + ', isolated: ' + crossOriginIsolated`,
    ),
  );
  console.log(
    await page.evaluate(
      `document.querySelector('[data-testid="processor-notice"]')?.textContent ?? 'It says nothing of the processor.'`,
    ),
  );
  await page.evaluate(
    `[...document.querySelectorAll('button')].find((button) => button.textContent === 'Generate').click()`,
  );
  await until(page, `document.querySelector('button[aria-label^="Open "] canvas') !== null`);
  console.log(
    await page.evaluate(`document.querySelector('[data-testid="announcement"]')?.textContent`),
  );
  const colours = await page.evaluate(`(() => {
    const canvas = document.querySelector('button[aria-label^="Open "] canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return String(new Set(new Uint32Array(data.buffer)).size);
  })()`);
  if (Number(colours) < 10) throw new Error(`The picture has ${colours} colours.`);
  console.log(`The picture has ${colours} colours.`);
}

async function until(page: DrivenPage, expression: string): Promise<void> {
  for (const end = performance.now() + patienceMs; performance.now() < end;) {
    if ((await page.evaluate(expression)) === 'true') return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const words = await page.evaluate('document.body.innerText');
  throw new Error(`It never came to ${expression}. The page says: ${words}`);
}
