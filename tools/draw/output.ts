import { stat, writeFile } from 'node:fs/promises';
import { dirname, parse, join } from 'node:path';
import type { Picture } from '../../src/engine/api';
import { writePictureFile } from '../../src/store/picture-file';
import type { SharedSettings } from '../../src/store/shared-settings';
import { UsageError } from '../command';

/**
 * Path of picture `index`: the output itself, or numbered from 1 before the extension where there
 * are several. Without an extension it gets one.
 */
export function picturePath(output: string, index: number, count: number): string {
  const { dir, name, ext } = parse(output);
  const number = count > 1 ? `-${index + 1}` : '';
  return join(dir, `${name}${number}${ext || '.png'}`);
}

/** Finds out before any time goes into drawing. @throws UsageError */
export async function checkOutput(output: string): Promise<void> {
  const { ext } = parse(output);
  if (ext !== '' && ext.toLowerCase() !== '.png') {
    throw new UsageError(`Pictures are written as PNG; ${output} is named otherwise.`);
  }
  const folder = dirname(output);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new UsageError(`There is no folder ${folder}.`);
}

export async function savePicture(
  path: string,
  picture: Picture,
  settings: SharedSettings | undefined,
): Promise<void> {
  await writeFile(path, await writePictureFile(picture, settings));
}
