import { DyditError } from '../errors';

/**
 * Opens a `file:` address, which Node's fetch does not take; nothing is read before it is needed.
 * @throws DyditError `network-failed` where there is no such file, or no Node
 */
export async function openLocalFile(url: string): Promise<Blob> {
  try {
    // Asked for by name, so that a bundler for browsers meets no import of Node's.
    return await process.getBuiltinModule('node:fs').openAsBlob(new URL(url));
  } catch (cause) {
    throw new DyditError(
      'network-failed',
      `${decodeURI(url).replace(/^file:\/\//, '')} can't be read.`,
      'Check that the file is there.',
      { cause },
    );
  }
}
