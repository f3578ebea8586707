import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import type { Clock } from '../clock';
import { HandClock } from '../testing/hand-clock';
import { download, downloadAll, nameOf } from './download';
import { Arrivals } from './testing/arrivals';
import {
  breakingAfter,
  type MisbehavingServer,
  endless,
  mute,
  overrunning,
  saying,
  stallingAfter,
  startServer,
  well,
  withoutRanges,
} from './testing/misbehaving-server';
import { retryWaitsMs, stallMs } from './transfer';

const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) % 251);
const half = bytes.length / 2;
const file = { bytes, etag: '"one"' };
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** Waits before another try are over at once; silence lasts as long as a test says. */
class TransferClock extends HandClock {
  readonly waits: number[] = [];

  override after(ms: number, work: () => void): () => void {
    if (ms === stallMs) return super.after(ms, work);
    this.waits.push(ms);
    const timer = setTimeout(work);
    return () => clearTimeout(timer);
  }

  /** As long as every connection is given to say something. */
  passStall(): void {
    this.pass(stallMs);
  }
}

let server: MisbehavingServer;
let clock: TransferClock;
beforeEach(async () => {
  server = await startServer();
  clock = new TransferClock();
});
afterEach(() => server.close());

const contents = async (blob: Promise<Blob>) =>
  Buffer.from(await (await blob).arrayBuffer()).equals(bytes);

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('It succeeded.'),
    (thrown: unknown) => DyditError.from(thrown),
  );

/** Downloads, and lets time pass once `count` bytes are there. */
function withStallAt(url: string, count: number, sha256?: string): Promise<Blob> {
  return download(
    { url, sha256 },
    {
      clock,
      onProgress: (received) => {
        if (received === count) setTimeout(() => clock.passStall());
      },
    },
  );
}

describe('a transfer that falls silent', () => {
  it('goes on where it was, in the same version of the file', async () => {
    const url = server.file('a', stallingAfter(half, file), well(file));
    expect(await contents(withStallAt(url, half))).toBe(true);
    expect(server.asked('a').at(1)).toMatchObject({
      range: `bytes=${half}-`,
      'if-range': '"one"',
    });
    expect(server.open()).toBe(0);
  });

  it('begins again where the file has changed meanwhile', async () => {
    const old = { bytes: new Uint8Array(bytes.length), etag: '"zero"' };
    const url = server.file('a', stallingAfter(half, old), well(file));
    expect(await contents(withStallAt(url, half))).toBe(true);
  });

  it('begins again where a part of another version is sent all the same', async () => {
    const old = { bytes: new Uint8Array(bytes.length), etag: '"zero"' };
    const url = server.file(
      'a',
      stallingAfter(half, old),
      (response, request) => {
        delete request.headers['if-range'];
        well(file)(response, request);
      },
      well(file),
    );
    expect(await contents(withStallAt(url, half))).toBe(true);
    expect(server.asked('a')).toHaveLength(3);
  });

  it('begins again where only the day of the last change tells that it is another version', async () => {
    const day = (number: number) => `Fri, 0${number} Nov 2026 12:00:00 GMT`;
    const old = { bytes: new Uint8Array(bytes.length), modified: day(6) };
    const url = server.file('a', stallingAfter(half, old), well({ bytes, modified: day(7) }));
    expect(await contents(withStallAt(url, half))).toBe(true);
  });

  it('goes on by a weak tag that stays', async () => {
    const weak = { bytes, etag: 'W/"one"' };
    const url = server.file('a', stallingAfter(half, weak), well(file));
    expect(await contents(withStallAt(url, half))).toBe(true);
    expect(server.asked('a').at(1)).toMatchObject({ range: `bytes=${half}-` });
    expect(server.asked('a').at(1)).not.toHaveProperty('if-range');
  });

  it('begins again where a weak tag is another one', async () => {
    const old = { bytes: new Uint8Array(bytes.length), etag: 'W/"zero"' };
    const url = server.file('a', stallingAfter(half, old), well({ bytes, etag: 'W/"one"' }));
    expect(await contents(withStallAt(url, half))).toBe(true);
  });

  it('is fetched anew where two versions have one name and only the hash can tell', async () => {
    const old = { ...file, bytes: new Uint8Array(bytes.length) };
    const url = server.file('a', stallingAfter(half, old), well(file));
    expect(await contents(withStallAt(url, half, sha256))).toBe(true);
  });

  it('is not one that is slow but goes on', async () => {
    let send: () => void = () => undefined;
    const url = server.file('a', (response) => {
      let sent = 0;
      response.writeHead(200, { 'content-length': String(bytes.length) });
      send = () => void response.write(bytes.subarray(sent, (sent += bytes.length / 4)));
      send();
    });
    const got = download(
      { url },
      {
        clock,
        onProgress(received) {
          if (received === 0 || received === bytes.length) return;
          clock.pass(stallMs - 1);
          send();
        },
      },
    );
    expect(await contents(got)).toBe(true);
    expect(server.asked('a')).toHaveLength(1);
  });

  it('is given up after a few tries, each after a longer wait', async () => {
    const url = server.file('a', mute);
    const failing = download({ url }, { clock });
    failing.catch(() => undefined);
    for (let count = 1; count <= retryWaitsMs.length + 1; count++) {
      await expect.poll(() => server.asked('a')).toHaveLength(count);
      clock.passStall();
    }
    const { code, message } = await failureOf(failing);
    expect(code).toBe('network-failed');
    expect(message).toContain('nothing arrived for 20 seconds');
    expect(clock.waits).toEqual(retryWaitsMs);
    await expect.poll(() => server.open()).toBe(0);
  });
});

describe('a connection that breaks off', () => {
  it('is followed by as many others as the file needs, as long as each brings it further', async () => {
    const { of: arrival, onProgress } = new Arrivals();
    const url = server.file(
      'a',
      ...Array.from({ length: 9 }, () => breakingAfter(10_000, file, arrival)),
      well(file),
    );
    expect(await contents(download({ url, sha256 }, { clock, onProgress }))).toBe(true);
    expect(new Set(clock.waits)).toEqual(new Set([retryWaitsMs[0]]));
  });

  it('begins again where the server does not give parts', async () => {
    const url = server.file('a', breakingAfter(half, file), withoutRanges(file));
    expect(await contents(download({ url }, { clock }))).toBe(true);
  });

  it('goes on where an answer is shorter than it said without breaking off', async () => {
    const { of: arrival, onProgress } = new Arrivals();
    const url = server.file(
      'a',
      breakingAfter(half, file, arrival),
      (response) => {
        const range = `bytes ${half}-${bytes.length - 1}/${bytes.length}`;
        response.writeHead(206, { 'content-range': range });
        response.end(bytes.subarray(half, half + 100));
      },
      well(file),
    );
    expect(await contents(download({ url }, { clock, onProgress }))).toBe(true);
    expect(server.asked('a').at(2)).toMatchObject({ range: `bytes=${half + 100}-` });
  });

  it('does not go on for ever where no try gets further', async () => {
    const url = server.file('a', (response) => {
      response.writeHead(200, { 'content-length': '100000', 'accept-ranges': 'none' });
      response.write(bytes.subarray(0, half), () => response.destroy());
    });
    await expect(download({ url }, { clock })).rejects.toMatchObject({ code: 'network-failed' });
    expect(server.asked('a')).toHaveLength(1 + retryWaitsMs.length);
  });
});

describe('a server that lies', () => {
  it('about the length, with more than there is, is found out', async () => {
    const url = server.file('a', (response) => {
      response.writeHead(200, { 'content-length': '200000' });
      response.write(bytes, () => response.destroy());
    });
    await expect(download({ url }, { clock })).rejects.toMatchObject({ code: 'network-failed' });
  });

  it('about the length, with less than there is, is found out by the hash', async () => {
    const url = server.file('a', (response) => {
      response.writeHead(200, { 'content-length': String(half) }).end(bytes.subarray(0, half));
    });
    await expect(download({ url, sha256 }, { clock })).rejects.toMatchObject({
      code: 'checkpoint-broken',
    });
  });

  it('about the length, with more than there is, is asked for what is missing until it says', async () => {
    const none = (response: ServerResponse) =>
      void response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    const url = server.file('a', breakingAfter(bytes.length, { ...file, length: 200_000 }), none);
    expect(await contents(download({ url }, { clock }))).toBe(true);
  });

  it('and sends more than it said is not believed, and asked again', async () => {
    const { of: arrival, onProgress } = new Arrivals();
    const url = server.file('a', breakingAfter(half, file, arrival), overrunning(file), well(file));
    expect(await contents(download({ url }, { clock, onProgress }))).toBe(true);
    expect(server.asked('a').at(2)).not.toHaveProperty('range');
  });

  it('and sends more than it said over and over is given up', async () => {
    const alternating = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0 ? breakingAfter(half, file) : overrunning(file),
    );
    const url = server.file('a', ...alternating);
    const { code, message } = await failureOf(download({ url }, { clock }));
    expect(code).toBe('network-failed');
    expect(message).toContain('more bytes arrived than the server said there are');
    expect(server.asked('a').length).toBeLessThan(12);
  });

  it('and sends without an end is given up once no file is as long', async () => {
    const url = server.file('a', endless);
    const { code, message } = await failureOf(download({ url }, { clock, most: 2 ** 22 }));
    expect(code).toBe('network-failed');
    expect(message).toContain('more than 4 MB');
    expect(server.asked('a')).toHaveLength(1);
    await expect.poll(() => server.open()).toBe(0);
  });

  it('and says of more than any file has is refused unread', async () => {
    const url = server.file('a', well({ bytes, length: 2 ** 50 }));
    const { message } = await failureOf(download({ url }, { clock }));
    expect(message).toContain('no file that is known here');
    expect(server.asked('a')).toHaveLength(1);
  });

  it('with an answer that can not be unpacked ends in a failure', async () => {
    const url = server.file('a', (response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes);
    });
    expect((await failureOf(download({ url }, { clock }))).code).toBe('network-failed');
  });

  it.each([
    ['by its type', saying(200, { 'content-type': 'text/html; charset=utf-8' }, 'Log in')],
    ['by its first words', saying(200, {}, '\n<!DOCTYPE html><title>Log in</title>')],
  ])('with a web page in place of the file is found out %s', async (_, answer) => {
    const url = server.file('a', answer);
    const { code, message } = await failureOf(download({ url }, { clock }));
    expect(code).toBe('network-failed');
    expect(message).toContain('a web page came in place of the file');
    expect(server.asked('a')).toHaveLength(1);
  });
});

describe('an answer that is a failure', () => {
  it('for good is told at once', async () => {
    const url = server.file('a', saying(404));
    const { code, message } = await failureOf(download({ url }, { clock }));
    expect(code).toBe('network-failed');
    expect(message).toContain('404');
    expect(server.asked('a')).toHaveLength(1);
  });

  it('for the moment is asked again', async () => {
    const url = server.file('a', saying(503), saying(429), well(file));
    expect(await contents(download({ url }, { clock }))).toBe(true);
  });

  it('is not remembered', async () => {
    const url = server.file('a', saying(404), well(file));
    await expect(download({ url }, { clock })).rejects.toBeDefined();
    expect(await contents(download({ url }, { clock }))).toBe(true);
  });
});

describe('a wrong byte', () => {
  const flipped = Uint8Array.from(bytes);
  flipped[4711] ^= 1;

  it('is fetched once more, past the caches', async () => {
    const url = server.file('a', well({ bytes: flipped }), well(file));
    expect(await contents(download({ url, sha256 }, { clock }))).toBe(true);
    expect(server.asked('a').at(1)).toMatchObject({ 'cache-control': 'no-cache' });
  });

  it('that the server has itself is a failure, with the file named', async () => {
    const url = server.file('a.safetensors', well({ bytes: flipped }));
    const { code, message } = await failureOf(download({ url, sha256 }, { clock }));
    expect(code).toBe('checkpoint-broken');
    expect(message).toContain('a.safetensors');
  });
});

describe('several files', () => {
  it('arrive together, with one measure of progress', async () => {
    const fractions: number[] = [];
    const urls = ['a', 'b'].map((name) => ({ url: server.file(name, well(file)), sha256 }));
    const blobs = await downloadAll(urls, { clock, onProgress: (f) => fractions.push(f) });
    expect(blobs.map(({ size }) => size)).toEqual([bytes.length, bytes.length]);
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  it('are given up when one of them fails, with its reason', async () => {
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const stalled = server.file('a', (...parts) => {
      stallingAfter(half, file)(...parts);
      begin();
    });
    // Once the other one is under way.
    const missing = server.file('b', (...parts) => void begun.then(() => saying(404)(...parts)));
    const { code, message } = await failureOf(
      downloadAll([{ url: stalled }, { url: missing }], { clock }),
    );
    expect(code).toBe('network-failed');
    expect(message).toContain('404');
    await expect.poll(() => server.open()).toBe(0);
  });
});

describe('Cancel', () => {
  const moments: readonly (readonly [
    string,
    (url: (...a: Parameters<MisbehavingServer['file']>) => string) => string,
  ])[] = [
    ['before anything is answered', (url) => url('a', mute)],
    ['in the middle of the file', (url) => url('a', stallingAfter(half, file))],
    ['between two tries', (url) => url('a', saying(503))],
  ];

  it.each(moments)('works %s', async (_, start) => {
    const abort = new AbortController();
    const waiting: Clock = { after: () => () => undefined };
    const url = start((...given) => server.file(...given));
    const got = download({ url }, { clock: waiting, signal: abort.signal });
    got.catch(() => undefined);
    await expect.poll(() => server.asked('a')).toHaveLength(1);
    abort.abort();
    await expect(got).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => server.open()).toBe(0);
    expect(server.asked('a')).toHaveLength(1);
  });

  it('before the start asks nothing', async () => {
    const url = server.file('a', well(file));
    await expect(download({ url }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(server.asked('a')).toHaveLength(0);
  });
});

it.each([
  ['https://example.org/a/model%20one.pt?x=1', 'model one.pt'],
  ['https://example.org/100%.pt', '100%.pt'],
  ['https://example.org/', 'https://example.org/'],
])('the name of %s is %s', (url, name) => {
  expect(nameOf(url)).toBe(name);
});
