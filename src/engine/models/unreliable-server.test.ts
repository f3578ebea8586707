import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../backend/testing/random';
import { DyditError } from '../../errors';
import { download } from '../download';
import {
  breakingAfter,
  overrunning,
  saying,
  stallingAfter,
  startServer,
  well,
  withoutRanges,
  type Answer,
  type MisbehavingServer,
} from '../testing/misbehaving-server';
import { stallMs } from '../transfer';
import { fetchIntoStore } from './stored-download';
import { memoryStorage } from './testing/memory-storage';

const bytes = Uint8Array.from({ length: 3000 }, (_, i) => (i * 31) % 251);
const file = { bytes, etag: '"one"' };
const sha256 = createHash('sha256').update(bytes).digest('hex');
const seeds = Array.from({ length: 40 }, (_, seed) => seed);
const mostAnswers = 7;

/**
 * Silence is this many turns of the loop that both ends of the connection have, so that none is heard
 * where the machine is only slow.
 */
const silentTurns = 20;

/** Silence is over in a moment, and waits before another try at once. */
const clock = {
  now: () => 0,
  after(ms: number, work: () => void) {
    let turns = ms === stallMs ? silentTurns : 1;
    const timer = setInterval(() => {
      if (--turns > 0) return;
      clearInterval(timer);
      work();
    });
    return () => clearInterval(timer);
  },
};

let server: MisbehavingServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

/** What servers and the networks before them do, each at a place of its own choice. */
function faults(random: () => number): readonly Answer[] {
  const below = (most: number): number => Math.floor(random() * most);
  const place = below(bytes.length);
  const flipped = bytes.slice();
  flipped[below(bytes.length)] ^= 1 << below(8);
  const other = { bytes: new Uint8Array(1000 + below(4000)), etag: '"two"' };
  return [
    well(file),
    breakingAfter(place, file),
    breakingAfter(0, file),
    stallingAfter(place, file),
    withoutRanges(file),
    well({ ...file, bytes: flipped }),
    breakingAfter(place, { ...file, bytes: flipped }),
    well(other),
    breakingAfter(below(other.bytes.length), other),
    well({ ...file, length: bytes.length + 1 + place }),
    breakingAfter(bytes.length, { ...file, length: bytes.length + 1 + place }),
    well({ bytes: bytes.subarray(0, place), etag: '"one"' }),
    overrunning(file),
    overrunning(other),
    saying(404),
    saying(403, { 'content-type': 'text/html' }, '<html>'),
    saying(416, { 'content-range': `bytes */${place}` }),
    saying(429),
    saying(503),
    saying(200, { 'content-type': 'text/html' }, '<!doctype html><title>Log in</title>'),
    saying(200, {}, '<!doctype html><title>Log in</title>'),
    saying(200),
    saying(204),
    saying(206, { 'content-range': `bytes ${place}-2999/3000` }, 'not this part'),
    saying(200, { 'content-encoding': 'gzip' }, 'not packed'),
    saying(302, { location: '/a' }),
  ];
}

function answers(random: () => number): readonly Answer[] {
  const count = 1 + Math.floor(random() * mostAnswers);
  return Array.from({ length: count }, () => {
    const all = faults(random);
    return all[Math.floor(random() * all.length)];
  });
}

/** The bytes that come of it, or the code of its failure. */
async function outcome(work: Promise<Blob>): Promise<string> {
  try {
    const got = new Uint8Array(await (await work).arrayBuffer());
    return Buffer.from(got).equals(bytes) ? 'right' : 'wrong';
  } catch (thrown) {
    return thrown instanceof DyditError ? thrown.code : `no DyditError: ${String(thrown)}`;
  }
}

describe('a server that does anything', () => {
  it.each(seeds)('%i: what comes is right or a failure that says so', async (seed) => {
    const url = server.file('a', ...answers(seededRandom(seed)));
    expect(await outcome(download({ url, sha256 }, { clock }))).toMatch(
      /^(right|network-failed|checkpoint-broken)$/,
    );
  });

  it.each(seeds)('%i: the next visit comes to the right file', async (seed) => {
    const storage = memoryStorage();
    const random = seededRandom(seed);
    for (let visit = 0; visit < 3; visit++) {
      const url = server.file('a', ...answers(random));
      const came = await outcome(fetchIntoStore(storage, { url, sha256 }, { clock }));
      expect(came).toMatch(/^(right|network-failed|checkpoint-broken)$/);
    }
    const url = server.file('a', well(file));
    expect(await outcome(fetchIntoStore(storage, { url, sha256 }, { clock }))).toBe('right');
  });
});
