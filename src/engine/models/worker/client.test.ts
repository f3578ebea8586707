import { expect, it } from 'vitest';
import { LibraryClient } from './client';
import type { ToLibrary } from './protocol';

it('does not begin what was cancelled before it was asked for', async () => {
  const sent: ToLibrary[] = [];
  const client = new LibraryClient(() => ({
    postMessage: (message) => sent.push(message),
    terminate: () => undefined,
  }));
  const fetching = client.fetch('https://example.org/a.pt', { signal: AbortSignal.abort() });
  await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
  expect(sent).toEqual([]);
});
