import { createStore, type UseStore } from 'idb-keyval';

/** A store that another tab blocks is done without; a machine that is merely busy gets this long. */
const usualPatienceMs = 10_000;

/** Does something with a browser's store; `otherwise` where it is forbidden, full or slow. Never rejects. */
export type Attempt = <T>(work: (store: UseStore) => Promise<T>, otherwise: T) => Promise<T>;

/** A store that is asked for when it is first needed, and anew after it could not be opened. */
export function patientStore(
  database: string,
  table: string,
  patienceMs = usualPatienceMs,
): Attempt {
  let opened: UseStore | undefined;
  return async (work, otherwise) => {
    const patience = new Promise<typeof otherwise>((resolve) =>
      setTimeout(() => resolve(otherwise), patienceMs),
    );
    try {
      opened ??= createStore(database, table);
      return await Promise.race([work(opened), patience]);
    } catch {
      opened = undefined;
      return otherwise;
    }
  };
}
