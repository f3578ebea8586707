import { ByteSource } from './byte-source';
import { unsupported } from './failure';
import { type JsonValue, parseJsonBytes } from './json';

/** A configuration or a list of names is a thousand times smaller. */
export const maxJsonBytes = 32 * 2 ** 20;

/**
 * Reads a JSON file within a budget of bytes, depth and values: none that anybody could have written
 * holds a page up or takes its memory.
 *
 * @param what it is called in messages
 * @throws DyditError `checkpoint-broken` where it is not JSON, `checkpoint-unsupported` where it is
 *   too large
 */
export async function readJsonBlob(blob: Blob, what: string): Promise<JsonValue> {
  const source = new ByteSource(blob);
  if (source.size > maxJsonBytes) {
    throw unsupported(`${what} is JSON of ${source.size} bytes; at most ${maxJsonBytes} are read.`);
  }
  return parseJsonBytes(await source.read(0, source.size), what);
}
