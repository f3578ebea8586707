import { afterEach, describe, expect, it, vi } from 'vitest';
import { createLibrary } from '../models/worker/client';
import { LibraryServer } from '../models/worker/serve';
import type { ModelLibrary } from '../models/library';
import { createEngine } from './client';
import { SessionServer } from './serve';

afterEach(() => vi.unstubAllGlobals());

/** What a browser's Worker is to a page, without anything behind it. */
class FakeWorker extends EventTarget {
  static readonly made: FakeWorker[] = [];
  readonly posted: unknown[] = [];
  ended = false;

  constructor() {
    super();
    FakeWorker.made.push(this);
  }

  postMessage(message: unknown): void {
    this.posted.push(message);
  }

  terminate(): void {
    this.ended = true;
  }
}

/** One for each caller: what it starts with, in a browser of that kind of workers. */
const callers = [
  ['engine', () => createEngine()],
  ['reader of files', () => createLibrary().overview()],
] as const;

function present(): FakeWorker {
  const worker = FakeWorker.made.at(-1);
  if (!worker) throw new Error('No worker was started.');
  return worker;
}

describe.each(callers)('the worker of the %s', (_, call) => {
  it('that the browser refuses is an error that says so, and is asked for again', async () => {
    let refusals = 1;
    const refusal = new DOMException('The policy forbids blob: workers.', 'SecurityError');
    class RefusedWorker extends FakeWorker {
      constructor() {
        super();
        if (refusals-- > 0) throw refusal;
      }
    }
    vi.stubGlobal('Worker', RefusedWorker);
    const refused = call();
    await expect(refused).rejects.toMatchObject({ code: 'worker-failed', cause: refusal });
    await expect(refused).rejects.toThrow(/refused to start a worker: The policy forbids/);
    const again = call();
    await expect.poll(() => present().posted).toHaveLength(1);
    present().dispatchEvent(new Event('messageerror'));
    await expect(again).rejects.toMatchObject({ code: 'worker-failed' });
  });

  it.each([
    ['messageerror', {}, /could not be read/],
    ['error', { message: 'Out of stack.' }, /Out of stack/],
    // Of a script that is not there, or that a policy forbids, nothing more is told.
    ['error', {}, /did not start/],
  ])('that tells of %s (%o) fails what waits for it, and is ended', async (type, told, words) => {
    vi.stubGlobal('Worker', FakeWorker);
    const failing = call();
    await expect.poll(() => present().posted).toHaveLength(1);
    present().dispatchEvent(Object.assign(new Event(type), told));
    await expect(failing).rejects.toMatchObject({ code: 'worker-failed' });
    await expect(failing).rejects.toThrow(words);
    expect(present().ended).toBe(true);
  });

  it('that can not be told what to do fails the call and nothing else', async () => {
    class FullWorker extends FakeWorker {
      override postMessage(): void {
        throw new DOMException('Data cannot be cloned, out of memory.', 'DataCloneError');
      }
    }
    vi.stubGlobal('Worker', FullWorker);
    const failing = call();
    await expect(failing).rejects.toMatchObject({ code: 'out-of-memory' });
    await expect(failing).rejects.toThrow(/out of memory/);
  });
});

it('a worker that can not read what it is told tells the page', () => {
  const sent: unknown[] = [];
  const lost = { type: 'lost', error: { code: 'worker-failed' } };
  new SessionServer(vi.fn(), (message) => sent.push(message)).unreadable();
  const library: ModelLibrary = createLibrary();
  new LibraryServer(library, (message) => sent.push(message)).unreadable();
  expect(sent).toMatchObject([lost, lost]);
});
