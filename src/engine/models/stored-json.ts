import { readJsonBlob } from '../../checkpoint/json-blob';
import { plainJson } from './plain-json';

/**
 * What a JSON file of a store holds, for a schema to check; undefined where there is no such file or
 * it makes no sense. What is stored was written by this page, or by whatever got at the store: it is
 * read within the same budget as files that are dropped.
 */
export async function readStoredJson(file: File | undefined): Promise<unknown> {
  if (!file) return undefined;
  try {
    return plainJson(await readJsonBlob(file, `The file ${file.name}`));
  } catch {
    return undefined;
  }
}
