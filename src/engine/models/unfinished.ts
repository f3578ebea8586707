import * as v from 'valibot';
import { expectSha256 } from '../../checkpoint/integrity';
import { DyditError } from '../../errors';
import type { ModelStorage } from './storage';
import { readStoredJson } from './stored-json';

/** Says what of a model that is being written is there already. */
export const unfinishedName = 'unfinished.json';

const schema = v.object({
  /** The model and the type that it is written in. */
  of: v.string(),
  files: v.array(v.object({ name: v.string(), bytes: v.number(), sha256: v.string() })),
});

export interface WrittenFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** Files of a folder that were written whole before, by their names. */
export async function readUnfinished(
  storage: ModelStorage,
  folder: string,
  of: string,
): Promise<ReadonlyMap<string, WrittenFile>> {
  const files = await storage.files(folder);
  const written = new Map<string, WrittenFile>();
  const read = v.safeParse(schema, await readStoredJson(files.get(unfinishedName)));
  if (!read.success || read.output.of !== of) return written;
  for (const { name, bytes, sha256 } of read.output.files) {
    const file = files.get(name);
    if (file?.size === bytes && (await isRight(file, sha256))) written.set(name, { bytes, sha256 });
  }
  return written;
}

async function isRight(file: File, sha256: string): Promise<boolean> {
  try {
    await expectSha256(file, sha256, file.name);
    return true;
  } catch (thrown) {
    if (thrown instanceof DyditError && thrown.code === 'checkpoint-broken') return false;
    throw thrown;
  }
}
