import { createStore, del, get, set, type UseStore } from 'idb-keyval';
import * as v from 'valibot';
import type { RunKind } from './broken-off';
import type { JournalData } from './journal';
import type { Settings } from './settings';

/** A run as it is kept over a reload. */
export interface KeptRun {
  readonly kind: RunKind;
  readonly settings: Settings;
  readonly journal: JournalData;
}

/** Keeps the run under way for this page's next life. None of it rejects. */
export interface UnfinishedStore {
  /** What the page before a reload was at. */
  read(): Promise<KeptRun | undefined>;
  write(run: KeptRun): Promise<void>;
  clear(): Promise<void>;
}

/** Another shape of a kept run gets another name. */
const databaseName = 'dydit-web-unfinished-1';

/** Under this name the browser's tab keeps its number, which a reload leaves alone. */
const tabKey = 'dydit-web-tab';

/** A store that another tab blocks is done without. */
const patienceMs = 1000;

const keptSchema = v.looseObject({
  kind: v.picklist(['generate', 'compare', 'strip']),
  settings: v.looseObject({ seed: v.number(), steps: v.number(), images: v.number() }),
  journal: v.looseObject({
    identity: v.string(),
    results: v.instance(Map),
    pictures: v.instance(Map),
    bookmark: v.optional(v.looseObject({ step: v.number(), latent: v.instance(Float32Array) })),
  }),
});

function isKeptRun(value: unknown): value is KeptRun {
  return v.is(keptSchema, value);
}

/** Where a browser forbids storage, a run is over when the page is. */
export function browserUnfinished(): UnfinishedStore {
  let database: UseStore | undefined;
  const attempt = async <T>(
    work: (key: string, store: UseStore) => Promise<T>,
  ): Promise<T | undefined> => {
    const patience = new Promise<undefined>((resolve) =>
      setTimeout(() => resolve(undefined), patienceMs),
    );
    try {
      database ??= createStore(databaseName, 'runs');
      return await Promise.race([work(tabName(), database), patience]);
    } catch {
      database = undefined;
      return undefined;
    }
  };
  return {
    async read() {
      const kept = await attempt((key, store) => get<unknown>(key, store));
      return isKeptRun(kept) ? kept : undefined;
    },
    async write(run) {
      await attempt((key, store) => set(key, run, store));
    },
    async clear() {
      await attempt((key, store) => del(key, store));
    },
  };
}

/** @throws where the browser forbids storage */
function tabName(): string {
  const known = sessionStorage.getItem(tabKey);
  if (known !== null) return known;
  const name = crypto.getRandomValues(new Uint32Array(2)).join('-');
  sessionStorage.setItem(tabKey, name);
  return name;
}

/** Keeps nothing. */
export const noUnfinished: UnfinishedStore = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};
