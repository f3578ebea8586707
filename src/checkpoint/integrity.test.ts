import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { expectSha256, identityOf, sha256OfFile, sumInParts } from './integrity';
import { expectFailure } from './testing/expect-failure';

const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'; // FIPS 180-4

describe('SHA-256 of a file', () => {
  it('is that of the standard and of Node, over several parts', async () => {
    expect(await sha256OfFile(new Blob(['abc']))).toBe(abc);
    const large = new Uint8Array(9 * 2 ** 20 + 5).map((_, i) => i % 251);
    const expected = createHash('sha256').update(large).digest('hex');
    const seen: number[] = [];
    const onProgress = (bytes: number) => seen.push(bytes);
    expect(await sumInParts(new Blob([large]), { onProgress })).toBe(expected);
    expect(seen).toEqual([8 * 2 ** 20, large.length]);
    const blob = new Blob([large]);
    expect(await sha256OfFile(blob)).toBe(expected);
    expect(await sha256OfFile(blob)).toBe(expected);
  });

  it('tells a flipped bit, in words', async () => {
    await expectSha256(new Blob(['abc']), abc.toUpperCase(), 'a.safetensors');
    await expectFailure(
      () => expectSha256(new Blob(['abb']), abc, 'a.safetensors'),
      'checkpoint-broken',
      /"a\.safetensors" is not what .* at least one of its bytes is wrong/,
    );
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(sha256OfFile(new Blob(['abc']), { signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

/** Pretends to be large: the same byte all over but for one place. */
class LargeBlob extends Blob {
  bytesRead = 0;

  constructor(
    override readonly size: number,
    private readonly odd: number,
  ) {
    super();
  }

  override slice(start = 0, end = this.size): Blob {
    this.bytesRead += end - start;
    const bytes = new Uint8Array(end - start);
    if (this.odd >= start && this.odd < end) bytes[this.odd - start] = 1;
    return new Blob([bytes]);
  }
}

describe('the identity of weights', () => {
  it('is of their bytes, whatever the order of files', async () => {
    const [a, b] = [new Blob(['a']), new Blob(['b'])];
    expect(await identityOf([a, b])).toBe(await identityOf([b, a]));
    expect(await identityOf([a])).toMatch(/^[0-9a-f]{16}$/);
    expect(await identityOf([a])).not.toBe(await identityOf([b]));
    expect(await identityOf([a])).not.toBe(await identityOf([a, b]));
    expect(await identityOf([a], ['ema'])).not.toBe(await identityOf([a], ['model']));
  });

  it('of gigabytes takes few reads, and tells size, index and samples', async () => {
    const size = 2.7e9;
    const file = new LargeBlob(size, -1);
    const identity = await identityOf([file]);
    expect(file.bytesRead).toBeLessThan(4 * 2 ** 20);
    expect(await identityOf([new LargeBlob(size, -1)])).toBe(identity);
    for (const odd of [5, size - 9, Math.floor((size - 16384) / 63) + 100]) {
      expect(await identityOf([new LargeBlob(size, odd)])).not.toBe(identity);
    }
    expect(await identityOf([new LargeBlob(size + 1, -1)])).not.toBe(identity);
  });
});
