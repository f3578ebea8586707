import { openAsBlob } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelStorage } from '../../src/engine/models/storage';

/** Folders of a disk as a store. Only files that were written here are ever removed. */
export function folderStorage(root: string): ModelStorage {
  const written = new Map<string, Set<string>>();
  const note = (folder: string, name: string) => {
    const names = written.get(folder) ?? new Set<string>();
    written.set(folder, names.add(name));
  };
  return {
    folders: () => readdir(root),
    async files(folder) {
      const files = new Map<string, File>();
      const path = join(root, folder);
      const names = await readdir(path, { withFileTypes: true }).catch(() => []);
      for (const entry of names) {
        if (!entry.isFile()) continue;
        files.set(entry.name, new File([await openAsBlob(join(path, entry.name))], entry.name));
      }
      return files;
    },
    async write(folder, name) {
      await mkdir(join(root, folder), { recursive: true });
      note(folder, name);
      const file = await open(join(root, folder, name), 'w');
      return {
        write: (bytes) => file.writeFile(bytes),
        close: () => file.close(),
      };
    },
    append: () => Promise.reject(new Error('Nothing is fetched from the command line.')),
    removeFile: (folder, name) => rm(join(root, folder, name), { force: true }),
    async remove(folder) {
      for (const name of written.get(folder) ?? []) {
        await rm(join(root, folder, name), { force: true });
      }
    },
    alone: (_, work) => work(),
  };
}
