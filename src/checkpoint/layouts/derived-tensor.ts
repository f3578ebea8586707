import type { CheckpointTensor } from '../tensor';
import { quoted, unsupported } from '../failure';
import { release } from '../release';

/** The same tensor under another name. */
export function renamed(name: string, tensor: CheckpointTensor): CheckpointTensor {
  return { ...tensor, name, bytes: () => tensor.bytes() };
}

/** The same elements under another name and shape, which must hold as many. */
export function reshaped(
  name: string,
  tensor: CheckpointTensor,
  shape: readonly number[],
): CheckpointTensor {
  return { ...renamed(name, tensor), shape };
}

/**
 * Tensors one after another along their first axis.
 * @param parts at least one, alike but for that axis
 * @throws DyditError `checkpoint-unsupported` where they are not alike
 */
export function stacked(name: string, parts: readonly CheckpointTensor[]): CheckpointTensor {
  const [{ dtype, shape }] = parts;
  const odd = parts.find(
    (part) => part.dtype !== dtype || part.shape.slice(1).join() !== shape.slice(1).join(),
  );
  if (odd) {
    throw unsupported(
      `Tensors ${quoted(parts[0].name)} and ${quoted(odd.name)} belong together, but one is ` +
        `${dtype} [${shape.join(', ')}], the other ${odd.dtype} [${odd.shape.join(', ')}].`,
      'Save all weights of the model in one element type.',
    );
  }
  const rows = parts.reduce((sum, part) => sum + part.shape[0], 0);
  return { name, dtype, shape: [rows, ...shape.slice(1)], bytes: () => joinBytes(parts) };
}

async function joinBytes(parts: readonly CheckpointTensor[]): Promise<Uint8Array<ArrayBuffer>> {
  const read: Uint8Array<ArrayBuffer>[] = [];
  for (const part of parts) read.push(await part.bytes());
  const joined = new Uint8Array(read.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const bytes of read) {
    joined.set(bytes, offset);
    offset += bytes.length;
    release(bytes);
  }
  return joined;
}

/**
 * A tensor of which the file has one copy a block. All of them are read and compared, as the engine
 * has room for one.
 * @param copies at least one
 */
export function shared(name: string, copies: readonly CheckpointTensor[]): CheckpointTensor {
  const [first, ...others] = copies;
  return {
    ...{ name, dtype: first.dtype, shape: first.shape, stored: first.stored },
    bytes: async () => {
      const bytes = await first.bytes();
      for (const other of others) {
        const copy = await other.bytes();
        const same = sameBytes(bytes, copy);
        release(copy);
        if (!same) {
          throw unsupported(
            `Tensors ${quoted(first.name)} and ${quoted(other.name)} differ: every block of this ` +
              'model has embedders of its own, and the engine runs models that share one.',
            'Use a model whose blocks share their embedders, as the official DiT does.',
          );
        }
      }
      return bytes;
    },
  };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
