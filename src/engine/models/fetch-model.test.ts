import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DyditError } from '../../errors';
import { Arrivals } from '../testing/arrivals';
import {
  breakingAfter,
  type MisbehavingServer,
  saying,
  startServer,
  well,
  withoutRanges,
} from '../testing/misbehaving-server';
import { addressOf, fetchModel } from './fetch-model';
import { localLibrary } from './local-library';
import { resolveFiles } from './resolve';
import { fetchIntoStore } from './stored-download';
import { listStored } from './stored-models';
import { caseFile, fieldFile } from './testing/field';
import { memoryStorage } from './testing/memory-storage';
import { publishedModel } from './testing/published';

const bytes = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 31) % 251);
const file = { bytes, etag: '"one"' };
const sha256 = createHash('sha256').update(bytes).digest('hex');
const half = bytes.length / 2;

/** Waits before another try are over at once; nobody falls silent. */
const clock = {
  now: () => 0,
  after(ms: number, work: () => void) {
    if (ms >= 20_000) return () => undefined;
    const timer = setTimeout(work);
    return () => clearTimeout(timer);
  },
};

let server: MisbehavingServer;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.close());

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.fail('It succeeded.'),
    (thrown: unknown) => DyditError.from(thrown),
  );

const isRight = async (got: File) => Buffer.from(await got.arrayBuffer()).equals(bytes);

describe('a file that is fetched into the store', () => {
  it('goes on in a later visit where the connection broke off for good', async () => {
    const { of: arrival, onProgress } = new Arrivals();
    const storage = memoryStorage();
    const url = server.file(
      'a.pt',
      breakingAfter(half, file, arrival),
      breakingAfter(0, file),
      breakingAfter(0, file),
      breakingAfter(0, file),
      breakingAfter(0, file),
    );
    const broken = await failureOf(fetchIntoStore(storage, { url }, { clock, onProgress }));
    expect(broken.code).toBe('network-failed');
    expect((await listStored(storage)).unfinished).toMatchObject([{ url }]);
    // Another visit: the same address, the same store.
    const tries = server.asked('a.pt').length;
    server.file('a.pt', well(file));
    expect(await isRight(await fetchIntoStore(storage, { url }, { clock }))).toBe(true);
    expect(server.asked('a.pt')[tries].range).toBe(`bytes=${half}-`);
  });

  it('is not asked for again once it is whole', async () => {
    const storage = memoryStorage();
    const url = server.file('a.pt', well(file));
    await fetchIntoStore(storage, { url }, { clock });
    const again = await fetchIntoStore(storage, { url }, { clock });
    expect([await isRight(again), again.name, server.asked('a.pt').length]).toEqual([
      true,
      'a.pt',
      1,
    ]);
  });

  it.each([
    ['ignores Range', withoutRanges(file)],
    ['has another version meanwhile', well({ bytes, etag: '"two"' })],
  ])('begins again where the server %s', async (_, answer) => {
    const storage = memoryStorage();
    const broken = breakingAfter(half, { ...file, bytes: new Uint8Array(bytes.length) });
    const url = server.file('a.pt', broken, answer);
    expect(await isRight(await fetchIntoStore(storage, { url }, { clock }))).toBe(true);
  });

  it.each([
    ['404', saying(404)],
    ['a web page', saying(200, { 'content-type': 'text/html' }, '<!doctype html>')],
  ])('keeps what has arrived where the server answers %s', async (_, answer) => {
    const { of: arrival, onProgress } = new Arrivals();
    const storage = memoryStorage();
    const url = server.file('a.pt', breakingAfter(half, file, arrival), answer);
    const failure = await failureOf(fetchIntoStore(storage, { url }, { clock, onProgress }));
    expect(failure.code).toBe('network-failed');
    server.file('a.pt', well(file));
    const tries = server.asked('a.pt').length;
    expect(await isRight(await fetchIntoStore(storage, { url }, { clock }))).toBe(true);
    expect(server.asked('a.pt')[tries].range).toBe(`bytes=${half}-`);
  });

  it('with a wrong byte is fetched once more, and never used', async () => {
    const wrong = { ...file, bytes: bytes.slice().fill(1, 5, 6) };
    const storage = memoryStorage();
    const url = server.file('a.pt', well(wrong), well(file));
    expect(await isRight(await fetchIntoStore(storage, { url, sha256 }, { clock }))).toBe(true);
    const never = server.file('b.pt', well(wrong));
    const failure = await failureOf(fetchIntoStore(storage, { url: never, sha256 }, { clock }));
    expect(failure.code).toBe('checkpoint-broken');
    expect(server.asked('b.pt')).toHaveLength(2);
    expect((await listStored(storage)).unfinished).toHaveLength(1);
  });

  it('says so where there is no room', async () => {
    const url = server.file('a.pt', well(file));
    const failure = await failureOf(fetchIntoStore(memoryStorage(half), { url }, { clock }));
    expect(failure.code).toBe('storage-full');
  });
});

describe('a model at an address', () => {
  it('is a manifest with all its files, each held against its hash', async () => {
    const kept = await publishedModel(await caseFile('tiny', 'tiny.pt'));
    const addresses = new Map(
      kept.map(({ name, bytes: content }) => [
        name,
        server.file(`models/${name}`, well({ bytes: content })),
      ]),
    );
    const files = await fetchModel(memoryStorage(), addresses.get('manifest.json') ?? '');
    expect(files.map(({ name }) => name)).toEqual(kept.map(({ name }) => name));
    const named = files.map((each) => ({ name: each.name, blob: each }));
    const own = [{ name: 'tiny.pt', blob: await caseFile('tiny', 'tiny.pt') }];
    expect((await resolveFiles(named)).dit.config).toEqual((await resolveFiles(own)).dit.config);
  });

  const sound = async () =>
    new Uint8Array(await (await fieldFile('diffusers-dit/weights.safetensors')).arrayBuffer());

  it('without a hash is fetched once more where it is cut short', async () => {
    const whole = await sound();
    const cut = whole.subarray(0, whole.length - 100);
    const storage = memoryStorage();
    const url = server.file('a.safetensors', well({ bytes: cut }), well({ bytes: whole }));
    const [got] = await fetchModel(storage, url);
    expect(got.size).toBe(whole.length);
    expect(server.asked('a.safetensors').at(1)).toMatchObject({ 'cache-control': 'no-cache' });
  });

  it.each([
    ['is cut short', 'checkpoint-broken', 2, (bytes: Uint8Array) => bytes.subarray(0, -100)],
    ['is a web page', 'checkpoint-unsupported', 1, () => Buffer.from('\n\n<html>Log in</html>')],
  ])('without a hash that %s is told, and does not stay', async (_, code, tries, change) => {
    const whole = await sound();
    const storage = memoryStorage();
    const url = server.file('a.safetensors', well({ bytes: change(whole) }));
    expect((await failureOf(fetchModel(storage, url))).code).toBe(code);
    expect(server.asked('a.safetensors')).toHaveLength(tries);
    expect((await listStored(storage)).unfinished).toEqual([]);
    server.file('a.safetensors', well({ bytes: whole }));
    const [got] = await fetchModel(storage, url);
    expect(got.size).toBe(whole.length);
  });

  it('with a wrong byte that only its checksums show does not stay', async () => {
    const whole = new Uint8Array(await (await caseFile('tiny', 'tiny.pt')).arrayBuffer());
    const flipped = whole.slice();
    flipped[Math.floor(whole.length / 2)] ^= 1;
    const storage = memoryStorage();
    const library = localLibrary({
      storage,
      memory: { recall: () => Promise.resolve(undefined), remember: () => Promise.resolve() },
      room: () => Promise.resolve({ isPersistent: false }),
    });
    const url = server.file('tiny.pt', well({ bytes: flipped }));
    const files = await library.fetch(url);
    const request = { source: { kind: 'files', name: 'tiny', files }, dtype: 'f16' } as const;
    expect((await failureOf(library.keep(request))).code).toBe('checkpoint-broken');
    expect((await listStored(storage)).unfinished).toEqual([]);
  });

  it('whose manifest has another digit is told, and does not stay', async () => {
    const [manifest] = await publishedModel(await caseFile('tiny', 'tiny.pt'));
    const text = new TextDecoder().decode(manifest.bytes);
    const changed = text.replace(/("cfg_scale": )\d/, '$19');
    const storage = memoryStorage();
    const bytes = new TextEncoder().encode(changed);
    const url = server.file('flipped/manifest.json', well({ bytes }));
    expect((await failureOf(fetchModel(storage, url))).code).toBe('checkpoint-broken');
    expect((await listStored(storage)).unfinished).toEqual([]);
  });

  it('that climbs out of its folder is refused', async () => {
    const dit = { file: '../other/dit.safetensors', input_size: 8, num_heads: 2 };
    const rest = { name: 'm', styles: [], classes: [{ name: 'a', emoji: '', category: '' }] };
    const sampling = { sampler: 'ddim', steps: 5, cfg_scale: 1, cfg_channels: 'all' };
    const manifest = { ...rest, sampling, dit: { ...dit, objective: 'epsilon' } };
    const text = new TextEncoder().encode(JSON.stringify(manifest));
    const url = server.file('models/manifest.json', well({ bytes: text }));
    expect((await failureOf(fetchModel(memoryStorage(), url))).code).toBe('address-refused');
  });

  it.each([
    ['https://hub.test/a/b/blob/main/x.pt', 'https://hub.test/a/b/resolve/main/x.pt'],
    ['https://hub.test/a/b/resolve/main/x.pt', 'https://hub.test/a/b/resolve/main/x.pt'],
    [' http://host.test/m.json#part ', 'http://host.test/m.json'],
  ])('%s is asked for at %s', (text, address) => {
    expect(addressOf(text)).toBe(address);
  });

  it.each(['file:///etc/passwd', 'javascript:1', 'model.pt', 'https://a:b@host.test/x'])(
    '%s is refused',
    (text) => {
      expect(() => addressOf(text)).toThrow(DyditError);
    },
  );
});
