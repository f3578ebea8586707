import type { ModelSource } from '../engine/api';
import { fitsInLink, modelNameInLink } from './shared-settings';

/**
 * The name links use for a model; `undefined` for the one that comes with the page. An address that
 * a link has no room for goes by the name of its file.
 */
export function nameOfSource(source: ModelSource): string | undefined {
  if (source.kind === 'manifest') return undefined;
  const address = source.kind === 'files' ? source.address : undefined;
  return address !== undefined && fitsInLink(address) ? address : modelNameInLink(source.name);
}
