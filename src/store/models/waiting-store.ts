import { del, get, set } from 'idb-keyval';
import * as v from 'valibot';
import { tabName } from '../browser-tab';
import { patientStore } from '../patient-store';

/** Files that wait for others, or for an answer, as they are kept over a reload. */
export interface WaitingFiles {
  /** Those that there was room for. */
  readonly files: readonly File[];
  /** Names of those that there was none for. */
  readonly lost: readonly string[];
  /** Where they were fetched from; absent where they were dropped or chosen. */
  readonly address?: string | undefined;
}

/** Keeps files for this page's next life. None of it rejects. */
export interface WaitingStore {
  read(): Promise<WaitingFiles | undefined>;
  /** Whether they are kept: there may be no room, or no store. */
  write(waiting: WaitingFiles): Promise<boolean>;
  clear(): Promise<void>;
}

const schema = v.object({
  files: v.array(v.instance(File)),
  lost: v.array(v.string()),
  address: v.optional(v.string()),
});

/** Nothing else on the page waits for this store. */
const patienceMs = 60_000;

/** Where a browser forbids storage, files wait as long as the page is there. */
export function browserWaiting(): WaitingStore {
  const attempt = patientStore('dydit-web-waiting-1', 'files', patienceMs);
  // One after the other: what is cleared must not come back.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done;
    return done;
  };
  return {
    async read() {
      const kept = await attempt<unknown>(async (store) => get(await tabName(), store), undefined);
      const read = v.safeParse(schema, kept);
      return read.success ? read.output : undefined;
    },
    write: (waiting) =>
      inTurn(() =>
        attempt(async (store) => {
          await set(await tabName(), waiting, store);
          return true;
        }, false),
      ),
    clear: () => inTurn(() => attempt(async (store) => del(await tabName(), store), undefined)),
  };
}

/** Keeps nothing. */
export const noWaiting: WaitingStore = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(false),
  clear: () => Promise.resolve(),
};
