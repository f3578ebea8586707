import type { ByteSource } from './byte-source';
import type { CheckpointTensor } from './tensor';
import { broken, guarded, quoted, unsupported } from './failure';
import { bytesPerElement } from './layout';
import type { FileIndex, IndexedTensor } from './file-index';
import { readPickle } from './pickle';
import { type TensorValue, UnreadableTensor } from './pickle-values';
import { settingsOf } from './python-settings';
import { findStateDicts, flatStateDict, type StateTensor } from './state-dict';
import { gather, isContiguous, span } from './strided';
import { torchHost } from './torch-globals';
import { ZipArchive, type ZipOptions } from './zip-archive';

/** The index of a model of ten thousand tensors with its optimiser has some 5 MB. */
const maxPickleBytes = 32 * 2 ** 20;
/** `version` and `byteorder` are single words. */
const maxWordBytes = 64;
/** Newest layout of the archive that PyTorch has defined. */
const maxVersion = 10;

/**
 * Reads the index of a file made by torch.save (PyTorch 1.6 and later) and checks it; tensor bytes
 * are read when asked for. Of a training checkpoint only the weights are looked at.
 *
 * @throws DyditError `checkpoint-broken` or `checkpoint-unsupported`
 */
export async function openPytorch(source: ByteSource, options?: ZipOptions): Promise<FileIndex> {
  const archive = await ZipArchive.open(source, options);
  const root = findRoot(archive);
  await checkVersion(archive, root);
  await checkByteOrder(archive, root);
  const pickleName = `${root}/data.pkl`;
  const pickle = await archive.read(pickleName, maxPickleBytes);
  const { value, unknownNames } = readPickle(pickle, pickleName, torchHost);
  const indexed = (tensor: StateTensor): IndexedTensor => ({
    open: (name) => openTensor(archive, root, name, tensor),
  });
  const indexedAll = (tensors: ReadonlyMap<string, StateTensor>) =>
    new Map([...tensors].map(([key, tensor]) => [key, indexed(tensor)] as const));
  const flat = flatStateDict(value);
  return {
    format: 'pytorch',
    sets: findStateDicts(value).map(({ name, tensors }) => ({
      name,
      tensors: indexedAll(tensors),
    })),
    flat: flat && indexedAll(flat),
    metadata: new Map(),
    settings: settingsOf(value),
    skippedTypes: unknownNames,
    size: source.size,
  };
}

/** The folder everything lies in; torch.save names it after the file. */
function findRoot(archive: ZipArchive): string {
  const names = [...archive.names];
  const roots = names.filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (roots.length !== 1) {
    throw roots.length > 1
      ? broken(`The archive has ${roots.length} entries named data.pkl; one was expected.`)
      : unsupported('The file is a zip archive, but not one that torch.save made.');
  }
  const root = roots[0].slice(0, roots[0].indexOf('/'));
  if (names.some((name) => name === `${root}/constants.pkl` || name.startsWith(`${root}/code/`))) {
    throw unsupported(
      'The file is a TorchScript archive (torch.jit.save), which holds a program.',
      'Load it with torch.jit.load and save its weights alone: torch.save(model.state_dict(), path).',
    );
  }
  return root;
}

async function checkVersion(archive: ZipArchive, root: string): Promise<void> {
  const version = await readWord(archive, `${root}/version`);
  if (version === undefined) return;
  if (!/^\d+$/.test(version)) throw broken(`The archive's version is ${quoted(version)}.`);
  if (Number(version) > maxVersion) {
    throw unsupported(`The archive has version ${version}; ${maxVersion} is the newest known.`);
  }
}

async function checkByteOrder(archive: ZipArchive, root: string): Promise<void> {
  const order = await readWord(archive, `${root}/byteorder`);
  if (order === undefined || order === 'little') return;
  if (order !== 'big') throw broken(`The archive's byte order is ${quoted(order)}.`);
  throw unsupported(
    'The file was saved on a big-endian machine.',
    'Load it with PyTorch on an ordinary PC and save it again.',
  );
}

async function readWord(archive: ZipArchive, name: string): Promise<string | undefined> {
  if (archive.sizeOf(name) === undefined) return undefined;
  return new TextDecoder().decode(await archive.read(name, maxWordBytes)).trim();
}

function openTensor(
  archive: ZipArchive,
  root: string,
  name: string,
  value: StateTensor,
): CheckpointTensor {
  if (value instanceof UnreadableTensor) {
    throw unsupported(
      `Tensor ${quoted(name)} is ${value.reason}.`,
      'Save the weights again as contiguous tensors in f32, f16 or bf16.',
    );
  }
  return pytorchTensor(archive, root, name, value);
}

function pytorchTensor(
  archive: ZipArchive,
  root: string,
  name: string,
  value: TensorValue,
): CheckpointTensor {
  const { storage, offset, shape } = value;
  const elementBytes = bytesPerElement[storage.dtype];
  const entry = `${root}/data/${storage.key}`;
  const size = archive.sizeOf(entry);
  if (size !== storage.elementCount * elementBytes) {
    throw broken(
      `Tensor ${quoted(name)} needs ${storage.elementCount * elementBytes} bytes in ` +
        `${quoted(entry)}, which ${size === undefined ? 'is missing' : `has ${size}`}.`,
    );
  }
  return {
    name,
    dtype: storage.dtype,
    shape,
    bytes: () =>
      guarded(`Tensor ${quoted(name)}`, async () => {
        const start = offset * elementBytes;
        const bytes = await archive.readRange(entry, start, span(value) * elementBytes);
        return isContiguous(value) ? bytes : gather(bytes, value, elementBytes);
      }),
  };
}
