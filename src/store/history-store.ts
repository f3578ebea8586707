import { delMany, entries, set } from 'idb-keyval';
import * as v from 'valibot';
import { isFull } from '../engine/models/storage-failure';
import type { ErrorReport } from '../errors';
import type { Outcome } from './app-state';
import { patientStore } from './patient-store';

/** Keeps finished runs from one visit to the next. None of it rejects, and nothing waits long for it. */
export interface HistoryStore {
  /** Newest first. */
  read(): Promise<readonly Outcome[]>;
  /** @returns what to tell where there is no room for it; undefined where it is kept, or may not be */
  add(outcome: Outcome): Promise<ErrorReport | undefined>;
  remove(outcomes: readonly Outcome[]): Promise<void>;
}

/** Another shape of an outcome gets another name: what an older page has kept is then left alone. */
const databaseName = 'dydit-web-history-2';

const result = v.looseObject({
  pictures: v.array(
    v.looseObject({ width: v.number(), height: v.number(), rgba: v.instance(Uint8ClampedArray) }),
  ),
  statistics: v.looseObject({ totalMs: v.number(), record: v.looseObject({}) }),
});

const base = {
  id: v.number(),
  madeAt: v.number(),
  settings: v.looseObject({ classId: v.number(), seed: v.number(), images: v.number() }),
  model: v.looseObject({ name: v.string(), identity: v.string(), classes: v.array(v.unknown()) }),
  machine: v.looseObject({ kind: v.string() }),
};

const outcomeSchema = v.variant('kind', [
  v.looseObject({ ...base, kind: v.literal('pictures'), result }),
  v.looseObject({
    ...base,
    kind: v.literal('comparison'),
    static: result,
    dynamic: result,
    differences: v.array(v.unknown()),
  }),
  v.looseObject({ ...base, kind: v.literal('strip'), results: v.array(result) }),
]);

function isOutcome(value: unknown): value is Outcome {
  return v.is(outcomeSchema, value);
}

function keyOf({ madeAt }: Outcome): string {
  return String(madeAt);
}

/** What to tell of a run that a full store does not take. */
export const noRoom: ErrorReport = {
  code: 'storage-full',
  message: 'The last run is not kept for the next visit.',
  advice:
    'It is here for as long as the page is: save its pictures. Clear earlier runs, delete a kept model or make room on the disk, and the next run keeps this one as well.',
};

/** Where a browser forbids storage, the history lasts as long as the page. */
export function browserHistory(): HistoryStore {
  const attempt = patientStore(databaseName, 'outcomes');
  return {
    async read() {
      const kept = await attempt((store) => entries<string, unknown>(store), []);
      return kept
        .map(([, value]) => value)
        .filter(isOutcome)
        .toSorted((a, b) => b.madeAt - a.madeAt);
    },
    add: (outcome) =>
      attempt<ErrorReport | undefined>(async (store) => {
        try {
          await set(keyOf(outcome), outcome, store);
          return undefined;
        } catch (thrown) {
          if (!isFull(thrown)) throw thrown;
          return noRoom;
        }
      }, undefined),
    remove: (outcomes) => attempt((store) => delMany(outcomes.map(keyOf), store), undefined),
  };
}
