import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DyditError } from '../errors';
import { elementCount } from './layout';
import { readPickle } from './pickle';
import { settingsOf } from './python-settings';
import { TensorValue } from './pickle-values';
import { findStateDicts } from './state-dict';
import { span } from './strided';
import { readFixture } from './testing/files';
import { ZipArchive } from './zip-archive';
import { ByteSource } from './byte-source';
import { torchHost } from './torch-globals';

/** Reads a damaged index as `openPytorch` does, without the archive whose checksum would tell. */
function readIndex(bytes: Uint8Array): 'read' | 'refused' {
  try {
    const { value } = readPickle(bytes, 'data.pkl', torchHost);
    settingsOf(value);
    for (const { tensors } of findStateDicts(value)) {
      for (const tensor of tensors.values()) if (tensor instanceof TensorValue) checkView(tensor);
    }
    return 'read';
  } catch (thrown) {
    if (!(thrown instanceof DyditError)) throw thrown;
    if (!/^checkpoint-(broken|unsupported)$/.test(thrown.code)) throw thrown;
    return 'refused';
  }
}

function checkView({ storage, offset, shape, strides }: TensorValue): void {
  const reach = offset + span({ offset, shape, strides });
  const needed = Math.max(elementCount(shape) ?? Infinity, reach);
  if (needed > storage.elementCount) expect.fail(`a view reaches element ${needed}`);
}

async function indexOf(file: string): Promise<Uint8Array> {
  const archive = await ZipArchive.open(new ByteSource(new Blob([readFixture(file)])));
  return archive.read(file.replace('.pt', '/data.pkl'), 1e6);
}

describe('damaged pickles', () => {
  it.each(['views.pt', 'training.pt', 'protocol4.pt'])(
    'the index of %s with any byte flipped is refused or stays within its storages',
    async (file) => {
      const index = await indexOf(file);
      expect(readIndex(index)).toBe('read');
      for (let at = 0; at < index.length; at++) {
        for (const mask of [1, 1 << (at % 8), 0xff]) {
          const bytes = index.slice();
          bytes[at] ^= mask;
          readIndex(bytes);
        }
      }
    },
  );

  it('random programs of allowed opcodes are refused or stay within their storages', async () => {
    const opcodes = Array.from(
      'N\x88\x89K\x8c()\x85\x86\x87t]ae}su\x8f\x90\x91012q\x94hcQR\x81b\x93.',
    );
    const piece = fc.oneof(
      fc.constantFrom(...opcodes).map((opcode) => [opcode.charCodeAt(0)]),
      fc.nat(255).map((byte) => [byte]),
      fc
        .constantFrom('torch._utils\n_rebuild_tensor_v2', 'torch\nFloatStorage', 'torch\nSize')
        .map((name) => [...new TextEncoder().encode(`c${name}\n`)]),
    );
    // Pieces of a real index between them let the program get somewhere.
    const index = await indexOf('views.pt');
    const excerpt = fc
      .tuple(fc.nat(index.length - 1), fc.nat(80))
      .map(([start, length]) => [...index.subarray(start, start + length)]);
    const program = fc.array(fc.oneof(piece, piece, excerpt), { maxLength: 60 });
    fc.assert(
      fc.property(program, (pieces) => {
        readIndex(Uint8Array.from([0x80, 2, ...pieces.flat(), 0x2e]));
      }),
      { seed: 3, numRuns: 5000 },
    );
  });
});
