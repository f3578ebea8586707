import type { Page } from '@playwright/test';

declare global {
  interface Window {
    announcements: string[];
  }
}

/** Notes all that the page says to screen readers. Call it before the page is opened. */
export async function recordAnnouncements(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.announcements = [];
    new MutationObserver(() => {
      const words = document.querySelector('[data-testid="announcement"]')?.textContent ?? '';
      if (words !== window.announcements.at(-1)) window.announcements.push(words);
    }).observe(document, { childList: true, subtree: true, characterData: true });
  });
}

export function announced(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => window.announcements);
}
