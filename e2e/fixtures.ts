import { expect, test as base } from '@playwright/test';

/** What every test checks besides its own subject. */
interface Guards {
  /** No script of the page fails unseen. */
  readonly noPageErrors: undefined;
  /** Nothing is asked of any other machine. */
  readonly nothingFromElsewhere: undefined;
}

const ownAddress = /^(http:\/\/127\.0\.0\.1[:/]|blob:|data:)/;

export const test = base.extend<Guards>({
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
});

export { expect };
