import { DyditError } from '../errors';

const download = 'Download or copy the file again; it seems damaged or incomplete.';
const convert =
  'Save the weights alone, with torch.save(model.state_dict(), path) or as .safetensors, and open that file.';

/** The file contradicts itself or its format. `message` names the key or the byte offset. */
export function broken(message: string, advice = download, cause?: unknown): DyditError {
  return new DyditError('checkpoint-broken', message, advice, { cause });
}

/** The file may be sound, but is not of a kind that is read here. */
export function unsupported(message: string, advice = convert): DyditError {
  return new DyditError('checkpoint-unsupported', message, advice);
}

/** How browsers call a file that is not what it was when it was chosen. */
const goneNames: readonly unknown[] = ['NotReadableError', 'NotFoundError', 'NotAllowedError'];
const noMemory = /allocation failed|out of memory/i;

/**
 * Runs `action` so that nothing but a `DyditError` or a cancellation leaves it. A file that was moved
 * or changed since it was chosen is `file-unreadable`, an allocation that failed `out-of-memory`;
 * whatever else a library or the browser throws over bytes is `checkpoint-broken`.
 *
 * @param what the thing that was being read, for the message
 */
export async function guarded<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (thrown instanceof DyditError) throw thrown;
    const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (name === 'AbortError') throw thrown;
    const said = `${what} could not be read: ${message.replace(/[^.!?]$/, '$&.')}`;
    if (goneNames.includes(name)) {
      const advice = 'It was moved, changed or removed since it was chosen. Choose it again.';
      throw new DyditError('file-unreadable', said, advice, { cause: thrown });
    }
    if (noMemory.test(message)) {
      const advice = 'Close other tabs and programs, or convert the model to a smaller type.';
      throw new DyditError('out-of-memory', said, advice, { cause: thrown });
    }
    throw broken(said, download, thrown);
  }
}

/** A name from the file, fit for a message whatever its length. */
export function quoted(name: string): string {
  const longest = 120;
  return name.length > longest ? `"${name.slice(0, longest)}..."` : `"${name}"`;
}
