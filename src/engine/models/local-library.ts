import { DyditError } from '../../errors';
import type { ChoiceMemory } from './choice-memory';
import { inspect } from './inspect';
import { folderOf, keepModel } from './keep';
import type { KeepControl, KeepRequest, ModelLibrary, StoreOverview } from './library';
import { fetchModel } from './fetch-model';
import { resolveFiles } from './resolve';
import type { ModelStorage } from './storage';
import { changeFailure, folderBusy } from './storage-failure';
import { removeDownloads } from './stored-download';
import {
  describeFolder,
  filesOfStored,
  listStored,
  renameStored,
  type StoredModel,
} from './stored-models';

/** What a library works with. */
export interface LibraryParts {
  readonly storage: ModelStorage;
  readonly memory: ChoiceMemory;
  /** What the browser says of its room. */
  readonly room: () => Promise<Pick<StoreOverview, 'usage' | 'quota' | 'isPersistent'>>;
}

/** The library on this thread. */
export function localLibrary({ storage, memory, room }: LibraryParts): ModelLibrary {
  return {
    async inspect(files, choice) {
      const named = files.map((file) => ({ name: file.name, blob: file }));
      const first = await inspect(named, choice);
      if (choice || !first.model) return first;
      const remembered = await memory.recall(first.model.filesIdentity);
      return remembered ? { ...(await inspect(named, remembered)), remembered } : first;
    },
    remember: (identity, choice) => memory.remember(identity, choice),
    async keep(request, control = {}) {
      try {
        return await keepFiles(storage, request, control);
      } catch (thrown) {
        // What was fetched and is damaged must not be found again by the next try.
        if (DyditError.from(thrown).code === 'checkpoint-broken') {
          await removeDownloads(storage, request.source.files);
        }
        throw thrown;
      }
    },
    fetch: (url, control) => fetchModel(storage, url, control),
    discard: (files) => removeDownloads(storage, files),
    async overview() {
      return { ...(await listStored(storage)), ...(await room()) };
    },
    remove: (id) =>
      aloneOrBusy(storage, id, async () => {
        try {
          await storage.remove(id);
        } catch (thrown) {
          throw changeFailure(thrown, 'The browser did not delete it');
        }
      }),
    rename: (id, name) => aloneOrBusy(storage, id, () => renameStored(storage, id, name)),
    async files(id) {
      const files = await filesOfStored(storage, id);
      return files.map(({ name, blob }) => new File([blob], name));
    },
  };
}

/** @throws DyditError `invalid-request` where somebody is at work on the folder; what `work` throws */
async function aloneOrBusy(
  storage: ModelStorage,
  folder: string,
  work: () => Promise<void>,
): Promise<void> {
  const done = await storage.alone(folder, async () => {
    await work();
    return true;
  });
  if (!done) throw folderBusy();
}

async function keepFiles(
  storage: ModelStorage,
  { source, dtype }: KeepRequest,
  control: KeepControl,
): Promise<StoredModel> {
  const { signal } = control;
  const named = source.files.map((file) => ({ name: file.name, blob: file }));
  const model = await resolveFiles(named, source.choice, signal ? { signal } : {});
  const folder = folderOf(model, dtype);
  if (!(await describeFolder(storage, folder))) {
    const from = source.files.map(({ name }) => name);
    await keepModel(storage, model, { dtype, folder, from, name: source.name, ...control });
  }
  await removeDownloads(storage, source.files);
  const kept = await describeFolder(storage, folder);
  if (!kept) throw new DyditError('internal', 'The model was kept and is not there.');
  return kept;
}
