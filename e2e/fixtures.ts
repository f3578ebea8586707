import { expect, test as base } from '@playwright/test';
import { type Preferences, preferencesKey } from '../src/store/preferences';
import { recordAnnouncements } from './steps/announcements';

/** What a test may say for itself with `test.use`. */
interface Choices {
  /**
   * What the browser remembers from an earlier visit. Where nothing is said, the processor computes
   * (it is many times as fast as WebGPU without a GPU) and nothing is drawn before a press.
   */
  readonly preferences: Preferences;
}

/** What every test checks or has besides its own subject. */
interface Guards {
  /** No script of the page fails unseen. */
  readonly noPageErrors: undefined;
  /** Nothing is asked of any other machine. */
  readonly nothingFromElsewhere: undefined;
  /** Nothing is tried that the page's policy forbids. */
  readonly policyKept: undefined;
  readonly rememberedPreferences: undefined;
  readonly recordedAnnouncements: undefined;
}

const ownAddress = /^(http:\/\/127\.0\.0\.1[:/]|blob:|data:)/;

export const test = base.extend<Guards & Choices>({
  preferences: [{ backend: 'wasm', live: false }, { option: true }],
  rememberedPreferences: [
    async ({ page, preferences }, use) => {
      await page.addInitScript(
        ([key, value]) => {
          // A choice made in the test outlives a reload.
          if (location.protocol !== 'http:' || localStorage.getItem(key) !== null) return;
          localStorage.setItem(key, value);
        },
        [preferencesKey, JSON.stringify(preferences)] as const,
      );
      await use(undefined);
    },
    { auto: true },
  ],
  recordedAnnouncements: [
    async ({ page }, use) => {
      await recordAnnouncements(page);
      await use(undefined);
    },
    { auto: true },
  ],
  noPageErrors: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
      await use(undefined);
      expect(errors, 'errors nobody caught').toEqual([]);
    },
    { auto: true },
  ],
  nothingFromElsewhere: [
    async ({ context }, use) => {
      const urls: string[] = [];
      context.on('request', (request) => urls.push(request.url()));
      await use(undefined);
      expect(
        urls.filter((url) => !ownAddress.test(url)),
        'requests to elsewhere',
      ).toEqual([]);
    },
    { auto: true },
  ],
  policyKept: [
    async ({ context }, use) => {
      const complaints: string[] = [];
      context.on('console', (message) => {
        if (/content.security.policy/i.test(message.text())) complaints.push(message.text());
      });
      await use(undefined);
      expect(complaints, "what the page's policy forbids").toEqual([]);
    },
    { auto: true },
  ],
});

/** The two backends, each with a quiet page, for tests that must hold on both. */
export const backends = ['wasm', 'webgpu'] as const;

export { expect };
