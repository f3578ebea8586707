import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import type { Checkpoint } from './checkpoint';
import { openCheckpoint, type OpenOptions } from './open';
import { readAll, readFixture } from './testing/files';
import { WatchedBlob } from './testing/watched-blob';

/** Reading a small file takes some 30 reads; far more would be a loop. */
const maxReads = 200;

interface Outcome {
  readonly checkpoint: Checkpoint;
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/**
 * Opens a damaged file and reads all of it. Undefined where that was refused by a typed error;
 * anything else that is thrown, a read outside the file or too many reads fail the test.
 */
async function read(
  bytes: Uint8Array<ArrayBuffer>,
  options?: OpenOptions,
): Promise<Outcome | undefined> {
  const file = new WatchedBlob([bytes]);
  try {
    const checkpoint = await openCheckpoint(file, 'damaged', options);
    return { checkpoint, contents: await readAll(checkpoint) };
  } catch (thrown) {
    if (!(thrown instanceof DyditError)) throw thrown;
    const typed = thrown.code === 'checkpoint-broken' || thrown.code === 'checkpoint-unsupported';
    if (!typed || thrown.message.includes('read of bytes')) throw thrown;
    return undefined;
  } finally {
    if (file.reads > maxReads || file.bytesRead > 8 * bytes.length + 1000) {
      expect.fail(`${file.reads} reads of ${file.bytesRead} bytes in a file of ${bytes.length}`);
    }
  }
}

async function readSound(name: string): Promise<Outcome> {
  const outcome = await read(readFixture(name));
  if (!outcome) throw new Error(`${name} was refused`);
  return outcome;
}

function flipped(original: Uint8Array<ArrayBuffer>, at: number, mask: number) {
  const bytes = original.slice();
  bytes[at] ^= mask;
  return bytes;
}

function shapesOf({ checkpoint }: Outcome): string {
  const tensors = [...checkpoint.tensors.values()];
  return tensors.map(({ name, dtype, shape }) => `${name} ${dtype} ${shape.join()}`).join('; ');
}

function differingBytes(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((count, byte, i) => count + (byte === b[i] ? 0 : 1), 0);
}

const pytorchFile = 'small.pt';
const safetensorsFile = 'views.safetensors';
/** Every single bit takes four times as long; the suite passed that too. */
const masks = [0x10, 0xff];
const files = [pytorchFile, safetensorsFile];

describe('damaged files', () => {
  it.each(files)('%s cut at every byte is refused', async (name) => {
    const whole = readFixture(name);
    for (let length = 0; length < whole.length; length++) {
      if (await read(whole.slice(0, length))) expect.fail(`cut at ${length}, it was read`);
    }
  });

  it.each(files)('%s with anything appended is refused', async (name) => {
    for (const extra of [1, 22, 1000]) {
      const bytes = new Uint8Array([...readFixture(name), ...new Uint8Array(extra).fill(0x50)]);
      expect(await read(bytes)).toBeUndefined();
    }
  });

  // Index and data have checksums: what is read at all is right.
  it('a PyTorch file with one byte flipped is refused or read right', async () => {
    const whole = readFixture(pytorchFile);
    const sound = await readSound(pytorchFile);
    const soundShapes = shapesOf(sound);
    let refused = 0;
    for (let at = 0; at < whole.length; at++) {
      for (const mask of masks) {
        const outcome = await read(flipped(whole, at, mask));
        if (!outcome) {
          refused += 1;
          continue;
        }
        if (shapesOf(outcome) !== soundShapes) expect.fail(`flip at ${at}: ${shapesOf(outcome)}`);
        let differing = 0;
        for (const [name, bytes] of sound.contents) {
          differing += differingBytes(bytes, outcome.contents.get(name) ?? new Uint8Array());
        }
        if (differing > 0) expect.fail(`flip at ${at}: ${differing} bytes differ`);
      }
    }
    expect(refused).toBeGreaterThan(whole.length / 2);
  });

  // A safetensors header has no checksum: a flipped name or type may still be a valid file, which
  // must then be read as it stands.
  it('a safetensors file with one byte flipped is refused or read as it stands', async () => {
    const whole = readFixture(safetensorsFile);
    const headerEnd = 8 + new DataView(whole.buffer).getUint32(0, true);
    for (let at = 0; at < whole.length; at++) {
      for (const mask of masks) {
        const bytes = flipped(whole, at, mask);
        const outcome = await read(bytes);
        if (!outcome) {
          if (at >= headerEnd) expect.fail(`flip at ${at}: data was refused`);
          continue;
        }
        const total = [...outcome.contents.values()].reduce((sum, part) => sum + part.length, 0);
        if (total !== whole.length - headerEnd) expect.fail(`flip at ${at}: ${total} bytes`);
        const header = new TextDecoder().decode(bytes.subarray(8, headerEnd));
        for (const name of outcome.contents.keys()) {
          expect(header).toContain(JSON.stringify(name).slice(1, -1));
        }
      }
    }
  });

  // Without checksums the damage reaches the pickle machine and every view.
  it('a PyTorch file with one byte flipped, believed, is read within its bounds', async () => {
    const whole = readFixture(pytorchFile);
    let survivors = 0;
    for (let at = 0; at < whole.length; at++) {
      if (await read(flipped(whole, at, 1 << (at % 8)), { checksums: false })) survivors++;
    }
    expect(survivors).toBeGreaterThan(whole.length / 4);
  });

  it.each([...files, 'no-checksum.pt', 'training.pt', 'protocol4.pt'])(
    '%s damaged in several places at once is refused or read within its bounds',
    async (name) => {
      const whole = readFixture(name);
      const damage = fc.record({
        flips: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), {
          maxLength: 4,
        }),
        // Bytes copied elsewhere make the overlaps and repetitions that single flips do not.
        copies: fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(whole.length - 1), fc.nat(64)), {
          maxLength: 2,
        }),
        length: fc.oneof(fc.constant(whole.length), fc.nat(whole.length)),
      });
      await fc.assert(
        fc.asyncProperty(damage, async ({ flips, copies, length }) => {
          const bytes = whole.slice();
          for (const [at, mask] of flips) bytes[at] ^= mask;
          for (const [to, from, count] of copies) bytes.copyWithin(to, from, from + count);
          await read(bytes.slice(0, length));
          await read(bytes.slice(0, length), { checksums: false });
        }),
        { seed: 2, numRuns: 400 },
      );
    },
  );
});
