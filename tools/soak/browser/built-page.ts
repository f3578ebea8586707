import { chromium } from 'playwright';
import { build, preview } from 'vite';
import { chromiumArgs, ensureChromium } from '../../chromium';
import type { Random } from '../random';
import type { Ground } from '../walk';
import { browserGround } from './ground';

type OpenGround = (random: Random) => Promise<Ground & { close(): Promise<void> }>;

/** Builds the page, serves it, and does something with it in a headless Chromium. */
export async function withBuiltPage(work: (open: OpenGround) => Promise<void>): Promise<void> {
  await build({ logLevel: 'error' });
  const server = await preview({ logLevel: 'error', preview: { host: '127.0.0.1', port: 0 } });
  const [address] = server.resolvedUrls?.local ?? [];
  const browser = await chromium.launch({ executablePath: ensureChromium(), args: chromiumArgs });
  try {
    await work((random) => {
      const backend = random.of(['wasm', 'webgpu'] as const);
      return browserGround({ browser, address, random, backend, isPatient: true });
    });
  } finally {
    await browser.close();
    await server.close();
  }
}
