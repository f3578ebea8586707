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

/**
 * Runs `action` so that nothing but a `DyditError` leaves it: whatever a library or the browser
 * throws (a file that changed on disk, an allocation that failed) becomes `checkpoint-broken`.
 *
 * @param what the thing that was being read, for the message
 */
export async function guarded<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (thrown instanceof DyditError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw broken(`${what} could not be read: ${reason}`, download, thrown);
  }
}

/** A name from the file, fit for a message whatever its length. */
export function quoted(name: string): string {
  const longest = 120;
  return name.length > longest ? `"${name.slice(0, longest)}..."` : `"${name}"`;
}
