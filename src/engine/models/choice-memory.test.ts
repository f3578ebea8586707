import { afterEach, expect, test, vi } from 'vitest';
import { browserChoiceMemory } from './choice-memory';

afterEach(() => vi.unstubAllGlobals());

/** A request of IndexedDB that ends as soon as it is listened to. */
function requestThat(outcome: { readonly result: unknown } | { readonly error: Error }) {
  const request = { ...outcome, onsuccess: () => undefined, onerror: () => undefined };
  queueMicrotask(() => ('error' in outcome ? request.onerror() : request.onsuccess()));
  return request;
}

const choice = { weights: 'ema' };
const database = {
  transaction: () => ({ objectStore: () => ({ get: () => requestThat({ result: choice }) }) }),
};

test('a database that could not be opened is opened at the next try', async () => {
  const open = vi
    .fn()
    .mockImplementationOnce(() => requestThat({ error: new Error('Not now.') }))
    .mockImplementation(() => requestThat({ result: database }));
  vi.stubGlobal('indexedDB', { open });
  const memory = browserChoiceMemory();
  expect(await memory.recall('files')).toBeUndefined();
  expect(await memory.recall('files')).toEqual(choice);
  expect(open).toHaveBeenCalledTimes(2);
});
