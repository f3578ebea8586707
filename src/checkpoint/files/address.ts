import { DyditError } from '../../errors';

export interface AddressOptions {
  /** True where the visitor confirmed that files may come from outside the manifest's folder. */
  readonly elsewhere?: boolean;
}

/**
 * The address of a file that a manifest names. It must lie beside the manifest or below, unless the
 * visitor confirmed otherwise: a manifest is a stranger's word.
 *
 * @param file as the manifest has it
 * @param manifest address of the manifest
 * @throws DyditError `address-refused` where it climbs out of the folder or leaves the origin, is no
 *   http(s) or file address, or carries a password
 */
export function resolveBeside(
  file: string,
  manifest: string,
  { elsewhere = false }: AddressOptions = {},
): string {
  const folder = new URL('.', manifest);
  const address = parseUrl(file, manifest);
  const allowed = folder.protocol === 'file:' ? ['file:'] : ['https:', folder.protocol];
  if (!address || !allowed.includes(address.protocol) || address.username || address.password) {
    throw refused(
      `The manifest names ${JSON.stringify(file.slice(0, 120))}, which is no file that a model may have.`,
    );
  }
  const inside = address.origin === folder.origin && isBelow(address.pathname, folder.pathname);
  if (!inside && !elsewhere) {
    const where = address.origin === folder.origin ? address.pathname : address.host;
    throw refused(`The manifest at ${folder.host || folder.pathname} asks for a file at ${where}.`);
  }
  return address.href;
}

/** Undefined where it is none. `URL.canParse` is missing in Chrome up to 119. */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** Escaped dots and slashes, which some servers take for what they stand for, do not count as names. */
function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder) && path.length > folder.length && !/%2e|%2f|%5c|\\/i.test(path);
}

function refused(message: string): DyditError {
  return new DyditError(
    'address-refused',
    message,
    'Go on only if you trust both addresses; a model is complete in its own folder otherwise.',
  );
}
