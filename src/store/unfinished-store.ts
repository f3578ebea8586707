import { del, get, set } from 'idb-keyval';
import * as v from 'valibot';
import type { RunKind } from './broken-off';
import { tabName } from './browser-tab';
import type { JournalData } from './journal';
import { patientStore } from './patient-store';
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
const databaseName = 'dydit-web-unfinished-2';

const keptSchema = v.looseObject({
  kind: v.picklist(['generate', 'compare', 'strip']),
  settings: v.looseObject({ seed: v.number(), steps: v.number(), images: v.number() }),
  journal: v.looseObject({
    identity: v.string(),
    machines: v.array(
      v.looseObject({ kind: v.string(), description: v.string(), features: v.array(v.string()) }),
    ),
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
  const attempt = patientStore(databaseName, 'runs');
  let next: KeptRun | undefined;
  let isWriting = false;
  return {
    async read() {
      const kept = await attempt<unknown>(async (store) => get(await tabName(), store), undefined);
      return isKeptRun(kept) ? kept : undefined;
    },
    // What is written has all that was before it: what waits is replaced, not queued.
    async write(run) {
      next = run;
      if (isWriting) return;
      isWriting = true;
      for (let one: KeptRun | undefined = run; one; one = next) {
        const latest = one;
        next = undefined;
        await attempt(async (store) => set(await tabName(), latest, store), undefined);
      }
      isWriting = false;
    },
    async clear() {
      next = undefined;
      await attempt(async (store) => del(await tabName(), store), undefined);
    },
  };
}

/** Keeps nothing. */
export const noUnfinished: UnfinishedStore = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  clear: () => Promise.resolve(),
};
