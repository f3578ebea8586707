import { describe, expect, it } from 'vitest';
import { HandClock } from '../../../testing/hand-clock';
import type { WorkerListeners } from '../../worker/open-worker';
import type { StoreOverview } from '../library';
import { LibraryClient } from './client';
import type { FromLibrary, ToLibrary } from './protocol';

/** A library whose workers do nothing but what a test says. */
function library() {
  const clock = new HandClock();
  const sent: ToLibrary[] = [];
  const workers: WorkerListeners<FromLibrary>[] = [];
  const ended: number[] = [];
  const client = new LibraryClient(() => {
    const number = workers.length;
    return {
      postMessage: (message) => sent.push(message),
      listen: (listeners) => workers.push(listeners),
      terminate: () => ended.push(number),
    };
  }, clock);
  return { client, clock, sent, workers, ended };
}

const overview: StoreOverview = { models: [], unfinished: [], isPersistent: false };
const address = 'https://example.org/a.pt';

it('does not begin what was cancelled before it was asked for', async () => {
  const { client, sent } = library();
  const fetching = client.fetch(address, { signal: AbortSignal.abort() });
  await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
  expect(sent).toEqual([]);
});

describe('a reader of files that is of no use any more', () => {
  it.each<[string, (worker: WorkerListeners<FromLibrary>) => void]>([
    ['failed', ({ onError }) => onError('it ran into a wall')],
    [
      'could not read what it was told',
      ({ onMessage }) =>
        onMessage({ type: 'lost', error: { code: 'worker-failed', message: 'It.', advice: '' } }),
    ],
  ])('as it %s ends what is under way, and the next call has another one', async (_, fail) => {
    const { client, workers, ended, sent } = library();
    const calls = [client.overview(), client.fetch(address)];
    fail(workers[0]);
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'worker-failed' });
    expect(ended).toEqual([0]);
    const again = client.overview();
    const id = sent.at(-1)?.id ?? 0;
    // What the first one still says is not for the call of the second.
    workers[0].onError('once more');
    workers[0].onMessage({ type: 'done', id });
    workers[1].onMessage({ type: 'overview', id, overview });
    expect(await again).toEqual(overview);
  });

  it('as it hangs is ended 5 seconds after Cancel', async () => {
    const { client, clock, ended } = library();
    const abort = new AbortController();
    const fetching = client.fetch(address, { signal: abort.signal });
    const other = client.overview();
    abort.abort();
    clock.pass(4999);
    expect(ended).toEqual([]);
    clock.pass(1);
    expect(ended).toEqual([0]);
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
    await expect(other).rejects.toMatchObject({ code: 'worker-failed' });
    expect(clock.waiting).toBe(0);
  });

  it('as it has heard Cancel and does not stop is ended after 20', async () => {
    const { client, clock, ended, workers, sent } = library();
    const abort = new AbortController();
    const fetching = client.fetch(address, { signal: abort.signal });
    abort.abort();
    workers[0].onMessage({ type: 'cancelling', id: sent[0].id });
    clock.pass(14_999);
    expect(ended).toEqual([]);
    clock.pass(1);
    expect(ended).toEqual([0]);
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('is left alone where it stops in time', async () => {
    const { client, clock, ended, workers, sent } = library();
    const abort = new AbortController();
    const fetching = client.fetch(address, { signal: abort.signal });
    abort.abort();
    const error = { code: 'cancelled', message: 'Cancelled.', advice: '' } as const;
    workers[0].onMessage({ type: 'cancelling', id: sent[0].id });
    workers[0].onMessage({ type: 'failed', id: sent[0].id, error });
    await expect(fetching).rejects.toMatchObject({ code: 'cancelled' });
    clock.pass(1e6);
    expect(ended).toEqual([]);
  });
});
