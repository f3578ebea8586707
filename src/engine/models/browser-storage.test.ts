import { afterEach, expect, test, vi } from 'vitest';
import { DyditError } from '../../errors';
import { browserStorage } from './browser-storage';

afterEach(() => vi.unstubAllGlobals());

/** The origin private file system with one kept model in it. */
const top = {
  getDirectoryHandle: () =>
    Promise.resolve({
      async *[Symbol.asyncIterator]() {
        yield await Promise.resolve(['one', { kind: 'directory' }]);
      },
    }),
};

test('a store that could not be opened is opened at the next try', async () => {
  const getDirectory = vi
    .fn()
    .mockRejectedValueOnce(new DOMException('Not now.', 'UnknownError'))
    .mockResolvedValue(top);
  vi.stubGlobal('navigator', { storage: { getDirectory } });
  const storage = browserStorage();
  await expect(storage.folders()).rejects.toThrow(DyditError);
  expect(await storage.folders()).toEqual(['one']);
  await storage.folders();
  expect(getDirectory).toHaveBeenCalledTimes(2);
});
