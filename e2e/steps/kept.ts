import { expect, type Page } from '@playwright/test';

/** A store of the page in the browser, as src/store names it. */
interface KeptStore {
  readonly database: string;
  readonly table: string;
}

/** Finished runs. */
export const finishedRuns: KeptStore = { database: 'dydit-web-history-2', table: 'outcomes' };

/** Runs under way, one for each tab. */
export const runsUnderWay: KeptStore = { database: 'dydit-web-unfinished-2', table: 'runs' };

/** Files that wait for others, or for an answer, one entry for each tab. */
export const waitingFiles: KeptStore = { database: 'dydit-web-waiting-1', table: 'files' };

/** Entries that the browser keeps by now; a disk takes its time, and what is on its way is lost by a reload. */
export function countKept(page: Page, store: KeptStore): Promise<number> {
  return page.evaluate(
    ({ database: name, table }) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name);
        // It is the page's to make.
        opening.onupgradeneeded = () => opening.transaction?.abort();
        opening.onerror = () => resolve(0);
        opening.onsuccess = () => {
          const database = opening.result;
          if (!database.objectStoreNames.contains(table)) {
            database.close();
            resolve(0);
            return;
          }
          const counting = database.transaction(table).objectStore(table).count();
          counting.onerror = () => reject(new Error(`${name} can not be counted.`));
          counting.onsuccess = () => {
            database.close();
            resolve(counting.result);
          };
        };
      }),
    store,
  );
}

/** Waits until the browser keeps so many. */
export async function expectKept(page: Page, store: KeptStore, count: number): Promise<void> {
  await expect.poll(() => countKept(page, store)).toBe(count);
}
