import type { ModelSource } from '../engine/api';

/** The name links use for a model; `undefined` for the one that comes with the page. */
export function nameOfSource(source: ModelSource): string | undefined {
  if (source.kind === 'manifest') return undefined;
  return source.kind === 'files' ? (source.address ?? source.name) : source.name;
}
