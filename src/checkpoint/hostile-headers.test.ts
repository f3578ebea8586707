import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { readFloat32, readHalfBits } from './decode';
import { openCheckpoint } from './open';
import { readFieldFile } from './testing/field-files';
import { readAll, readFixture } from './testing/files';
import { hostileJson } from './testing/hostile-json';
import { WatchedBlob } from './testing/watched-blob';

const expectedCodes = ['checkpoint-broken', 'checkpoint-unsupported'];

/** Bytes of a tensor's numbers as f32 may be as many times more as f32 is wider than a byte. */
const widest = 4;

/** The header and the data of a sound `.safetensors` file. */
function splitFile(bytes: Uint8Array<ArrayBuffer>): { header: unknown; data: Uint8Array } {
  const end = 8 + new DataView(bytes.buffer).getUint32(0, true);
  const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(8, end)));
  return { header, data: bytes.slice(end) };
}

function fileOf(header: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** Opens a file and reads all of it in every way; only typed errors may come of it. */
async function readEverything(bytes: Uint8Array<ArrayBuffer>): Promise<'read' | 'refused'> {
  const file = new WatchedBlob([bytes]);
  try {
    const checkpoint = await openCheckpoint(file, 'hostile');
    await readAll(checkpoint);
    for (const tensor of checkpoint.tensors.values()) {
      const floats = await readFloat32(tensor);
      expect(floats.byteLength).toBeLessThanOrEqual(widest * bytes.length);
      await readHalfBits(tensor);
    }
    return 'read';
  } catch (thrown) {
    if (!(thrown instanceof DyditError) || !expectedCodes.includes(thrown.code)) throw thrown;
    expect(thrown.message.length).toBeLessThan(1000);
    return 'refused';
  } finally {
    // Opened, then every tensor three times.
    expect(file.bytesRead).toBeLessThanOrEqual(5 * bytes.length + 1000);
  }
}

describe('hostile headers', () => {
  it.each<[string, Uint8Array<ArrayBuffer>]>([
    ['views.safetensors', readFixture('views.safetensors')],
    ['types.safetensors', readFixture('types.safetensors')],
    ['int8.safetensors', readFieldFile('int8.safetensors')],
    ['ldm-vae-part.safetensors', readFieldFile('ldm-vae-part.safetensors')],
  ])('%s with a header made up: refused, or read within the file', async (_, bytes) => {
    const { header, data } = splitFile(bytes);
    expect(await readEverything(fileOf(JSON.stringify(header), data))).toBe('read');
    await fc.assert(
      fc.asyncProperty(hostileJson(header), async (text) => {
        await readEverything(fileOf(text, data));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
