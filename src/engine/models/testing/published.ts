import { folderOf, keepModel } from '../keep';
import { resolveFiles } from '../resolve';
import { filesOfStored } from '../stored-models';
import { memoryStorage } from './memory-storage';

/** A file of a model's folder on a host. */
export interface PublishedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The folder that a conversion writes of a checkpoint, in several small shards. */
export async function publishedModel(file: File): Promise<readonly PublishedFile[]> {
  const storage = memoryStorage();
  const model = await resolveFiles([{ name: file.name, blob: file }]);
  const folder = folderOf(model, 'f16');
  const largestShard = 256 * 2 ** 10;
  await keepModel(storage, model, { dtype: 'f16', folder, from: [file.name], largestShard });
  const kept = await filesOfStored(storage, folder);
  return Promise.all(
    kept.map(async ({ name, blob }) => ({ name, bytes: new Uint8Array(await blob.arrayBuffer()) })),
  );
}
