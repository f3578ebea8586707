import { ByteSource } from './byte-source';
import type { Checkpoint } from './checkpoint';
import type { CheckpointTensor } from './tensor';
import { orderWeights } from './choose-weights';
import { broken, guarded, quoted, unsupported } from './failure';
import type { FileIndex } from './file-index';
import { bytesPerElement, elementCount } from './layout';
import { canRun, recognise, withEngineNames } from './layouts/recognise';
import { withScalesApplied } from './layouts/scaled-int8';
import { openPytorch } from './pytorch';
import { openSafetensors } from './safetensors';
import { type FileKind, sniff, sniffedBytes } from './sniff';

export interface OpenOptions {
  /** Name of a set of weights of `choices`; the likeliest where absent. */
  readonly weights?: string;
  /** False to believe data whose checksum is wrong, for tests that want to get past it. */
  readonly checksums?: boolean;
}

/** Tensors may share storage, as tied weights do; far more than the file holds is an attack. */
const maxSharing = 4;
const sharingAllowance = 2 ** 20;

/**
 * Opens a checkpoint by its content; the name plays no part. Only the index is read, the tensors'
 * data when they are asked for.
 *
 * @param file the file's bytes; must stay unchanged as long as the tensors are in use
 * @param name the file's name, for messages
 * @throws DyditError `checkpoint-broken` where the file is damaged, `checkpoint-unsupported` where
 *   it is of a kind that can't be read; both say what to do
 */
export async function openCheckpoint(
  file: Blob,
  name: string,
  options: OpenOptions = {},
): Promise<Checkpoint> {
  return guarded(`The file ${quoted(name)}`, async () =>
    selectWeights(await openIndex(file, name, options), name, options),
  );
}

/**
 * Reads a file's index.
 * @throws DyditError as `openCheckpoint`
 */
export function openIndex(
  file: Blob,
  name: string,
  { checksums = true }: OpenOptions = {},
): Promise<FileIndex> {
  return guarded(`The file ${quoted(name)}`, async () => {
    const source = new ByteSource(file);
    const kind = sniff(await source.read(0, Math.min(sniffedBytes, source.size)));
    const index =
      kind === 'zip'
        ? await openPytorch(source, { checksums })
        : await openOther(kind, source, name);
    if (index.sets.every(({ tensors }) => tensors.size === 0)) {
      throw broken(`The file ${quoted(name)} holds no tensors.`);
    }
    return index;
  });
}

/**
 * Chooses one set of weights of a file and checks its tensors.
 * @throws DyditError as `openCheckpoint`
 */
export function selectWeights(
  index: FileIndex,
  fileName: string,
  { weights }: OpenOptions = {},
): Checkpoint {
  const ordered = orderWeights(index.sets, ({ tensors }) => canRun(recognise([...tensors.keys()])));
  const chosen = weights === undefined ? ordered[0] : ordered.find(({ name }) => name === weights);
  if (!chosen) {
    const names = ordered.map(({ name }) => quoted(name)).join(', ');
    throw unsupported(
      `The file ${quoted(fileName)} has no weights called ${quoted(weights ?? '')}.`,
      `Choose one of ${names}.`,
    );
  }
  const network = recognise([...chosen.tensors.keys()]);
  const tensors = new Map(
    [...chosen.tensors].map(([name, tensor]) => [name, tensor.open(name)] as const),
  );
  checkSharing(tensors, index.size);
  return {
    format: index.format,
    tensors: withEngineNames(network, withScalesApplied(tensors)),
    network,
    choices: ordered.map(({ name, tensors: { size } }) => ({ name, tensors: size })),
    chosen: chosen.name,
    metadata: index.metadata,
    settings: index.settings,
    skippedTypes: index.skippedTypes,
  };
}

function checkSharing(tensors: ReadonlyMap<string, CheckpointTensor>, fileSize: number): void {
  let total = 0;
  for (const { shape, dtype } of tensors.values()) {
    total += (elementCount(shape) ?? 0) * bytesPerElement[dtype];
  }
  if (total > maxSharing * fileSize + sharingAllowance) {
    throw unsupported(
      `The tensors claim ${total} bytes of a file of ${fileSize}: they repeat what it holds.`,
    );
  }
}

function openOther(
  kind: Exclude<FileKind, 'zip'>,
  source: ByteSource,
  name: string,
): Promise<FileIndex> {
  switch (kind) {
    case 'safetensors':
      return openSafetensors(source);
    case 'empty':
      throw broken(`The file ${quoted(name)} is empty.`);
    case 'torch-legacy':
      throw unsupported(
        `The file ${quoted(name)} is in the format of PyTorch before 1.6.`,
        'Load it with a newer PyTorch and save it again with torch.save, or as .safetensors.',
      );
    case 'pickle':
      throw unsupported(
        `The file ${quoted(name)} is a Python pickle that torch.save did not make.`,
      );
    case 'git-lfs':
      throw unsupported(
        `The file ${quoted(name)} is a Git LFS pointer, not the checkpoint itself.`,
        'Run "git lfs pull", or download the file from its page.',
      );
    case 'web-page':
      throw unsupported(
        `The file ${quoted(name)} is a web page, not a checkpoint.`,
        'Download the file itself, not the page it is shown on.',
      );
    case 'unknown':
      throw unsupported(
        `The file ${quoted(name)} is neither a .safetensors file nor one made by torch.save.`,
        'Convert the checkpoint to .safetensors; if it should be one already, fetch it again.',
      );
  }
}
