import type { Picture } from '../engine/api';
import {
  formatQuery,
  longestQuery,
  readQuery,
  type ReadSettings,
  type SharedSettings,
} from './shared-settings';
import { encodePng } from '../engine/png/encode';
import { findText } from './png/find-text';
import { textChunk } from './png/text';

/** Under which a picture keeps its settings. */
export const keyword = 'dydit-web settings';

/**
 * A PNG that carries the settings it was made with, in the form they have in the address bar; none
 * where they would not make it again.
 */
export function writePictureFile(
  picture: Picture,
  settings: SharedSettings | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  return encodePng(picture, [
    textChunk('Software', 'dydit-web'),
    ...(settings ? [textChunk(keyword, formatQuery(settings))] : []),
  ]);
}

/** What a file has of settings. */
export type PictureSettings =
  | { readonly kind: 'settings'; readonly read: ReadSettings }
  | { readonly kind: 'none' }
  | { readonly kind: 'broken'; readonly reason: string };

/** The settings inside a PNG saved by this page. A file that cannot be read any more has none. */
export async function readPictureFile(png: Blob): Promise<PictureSettings> {
  const found = await findText(png, keyword).catch(() => ({ kind: 'none' }) as const);
  if (found.kind !== 'text') return found;
  if (found.text.trim() === '') return { kind: 'broken', reason: 'they are empty' };
  if (found.text.length > longestQuery) {
    return { kind: 'broken', reason: `they are longer than ${longestQuery} characters` };
  }
  const read = readQuery(found.text);
  const isAnything = Object.values(read.shared).some((value) => value !== undefined);
  if (!isAnything) return { kind: 'broken', reason: 'they make no sense' };
  return { kind: 'settings', read };
}
