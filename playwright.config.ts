import { defineConfig } from '@playwright/test';
import { chromiumArgs, ensureChromium } from './tools/chromium.ts';

/** Another one where several trees are tested side by side. */
const port = Number(process.env.E2E_PORT ?? 4319);
const minute = 60_000;

/** The built page in a real Chromium. Without a GPU everything is slow, hence the patience. */
export default defineConfig({
  testDir: 'e2e',
  testIgnore: 'xl/**',
  workers: 1,
  retries: 0,
  forbidOnly: true,
  timeout: 6 * minute,
  expect: { timeout: 2 * minute },
  reporter: [['list']],
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    launchOptions: { executablePath: ensureChromium(), args: chromiumArgs },
    actionTimeout: minute,
    // What a service worker fetches is out of a test's reach; the tests of the kept page allow it.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
  },
  webServer: {
    command: `npm run build && npx vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}`,
    timeout: 10 * minute,
    // A page that is being served already may be an old build; E2E_REUSE_SERVER=1 says it is not.
    reuseExistingServer: process.env.E2E_REUSE_SERVER === '1',
  },
});
