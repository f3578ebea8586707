import { describe, expect, it } from 'vitest';
import { openCheckpoint } from './open';
import { expectFailure } from './testing/expect-failure';
import { utf8 } from './testing/bytes';
import { readFixture } from './testing/files';

function open(bytes: readonly number[]) {
  return openCheckpoint(new Blob([Uint8Array.from(bytes)]), 'weights.bin');
}

describe('openCheckpoint', () => {
  it('goes by the content, not the extension', async () => {
    const pytorch = await openCheckpoint(new Blob([readFixture('types.pt')]), 'a.safetensors');
    expect(pytorch.format).toBe('pytorch');
    const other = await openCheckpoint(new Blob([readFixture('types.safetensors')]), 'a.pt');
    expect(other.format).toBe('safetensors');
  });

  it.each<[string, number[], RegExp]>([
    ['a bare pickle', [0x80, 4, 0x2e], /"weights\.bin" is a Python pickle/],
    ['a tar archive', [...Array<number>(257).fill(0), ...utf8('ustar')], /before 1\.6/],
    ['a Git LFS pointer', utf8('version https://git-lfs.github.com/spec/v1'), /Git LFS pointer/],
    ['a web page', utf8('\n<!DOCTYPE html>'), /web page/],
    ['a GGUF file', utf8('GGUF'), /neither a \.safetensors/],
    ['one byte', [0x50], /neither/],
  ])('says what %s is', async (_, bytes, message) => {
    await expectFailure(() => open(bytes), 'checkpoint-unsupported', message);
  });

  it('refuses an empty file', async () => {
    await expectFailure(() => open([]), 'checkpoint-broken', /"weights\.bin" is empty/);
  });

  it('reports a file the browser can no longer read', async () => {
    class GoneBlob extends Blob {
      override slice(): Blob {
        throw new DOMException('The file changed on disk.', 'NotReadableError');
      }
    }
    await expectFailure(
      () => openCheckpoint(new GoneBlob(['data']), 'a.pt'),
      'file-unreadable',
      /"a\.pt" could not be read: The file changed on disk/,
    );
  });

  it('reports a file that got shorter while it was in use', async () => {
    class ShrunkBlob extends Blob {
      override slice(start?: number, end?: number): Blob {
        return super.slice(start, start === 0 ? end : start);
      }
    }
    const file = new ShrunkBlob([readFixture('types.safetensors')]);
    await expectFailure(() => openCheckpoint(file, 'a'), 'checkpoint-broken', /gave 0/);
  });
});
