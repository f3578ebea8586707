import { ByteSource } from './byte-source';
import type { Checkpoint } from './checkpoint';
import { broken, guarded, quoted, unsupported } from './failure';
import { openPytorch } from './pytorch';
import { openSafetensors } from './safetensors';
import { type FileKind, sniff, sniffedBytes } from './sniff';

/**
 * Opens a checkpoint by its content; the name's extension plays no part. Only the index is read,
 * the tensors' data when they are asked for.
 *
 * @param file the file's bytes; must stay unchanged as long as the tensors are in use
 * @param name the file's name, for messages
 * @throws DyditError `checkpoint-broken` where the file is damaged, `checkpoint-unsupported` where
 *   it is of a kind that can't be read; both say what to do
 */
export function openCheckpoint(file: Blob, name: string): Promise<Checkpoint> {
  return guarded(`The file ${quoted(name)}`, async () => {
    const source = new ByteSource(file);
    const kind = sniff(await source.read(0, Math.min(sniffedBytes, source.size)));
    const checkpoint = await open(kind, source, name);
    if (checkpoint.tensors.size === 0) throw broken(`The file ${quoted(name)} holds no tensors.`);
    return checkpoint;
  });
}

function open(kind: FileKind, source: ByteSource, name: string): Promise<Checkpoint> {
  switch (kind) {
    case 'safetensors':
      return openSafetensors(source);
    case 'zip':
      return openPytorch(source);
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
        'Convert the checkpoint to .safetensors.',
      );
  }
}
