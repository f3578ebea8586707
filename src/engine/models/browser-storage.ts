import { DyditError } from '../../errors';
import type { AppendWriter, FileWriter, ModelStorage } from './storage';

declare global {
  /** Only in workers, which TypeScript's types of pages leave out. */
  interface FileSystemFileHandle {
    createSyncAccessHandle(): Promise<SyncAccessHandle>;
  }
}

interface SyncAccessHandle {
  write(bytes: Uint8Array<ArrayBuffer>, options: { readonly at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** A folder that is busy for longer than two presses of a button are apart is said to be. */
const patienceMs = 1000;

/** Folder of the origin private file system that kept models lie in. */
const rootName = 'models';

/**
 * The origin private file system. Files are written through handles that only workers have, which
 * every browser with the file system knows.
 */
export function browserStorage(): ModelStorage {
  let opened: Promise<FileSystemDirectoryHandle> | undefined;
  const root = () =>
    (opened ??= openRoot().catch((thrown: unknown) => {
      // What could not be opened is asked for anew the next time.
      opened = undefined;
      throw thrown;
    }));
  const folderOf = async (name: string, create: boolean) => {
    try {
      return await (await root()).getDirectoryHandle(name, { create });
    } catch (thrown) {
      if (isNotFound(thrown)) return undefined;
      throw thrown;
    }
  };
  const open = async (name: string, file: string) => {
    const folder = await folderOf(name, true);
    if (!folder) throw noStorage();
    const handle = await folder.getFileHandle(file, { create: true });
    return handle.createSyncAccessHandle();
  };
  return {
    async folders() {
      const names: string[] = [];
      for await (const [name, handle] of await root()) {
        if (handle.kind === 'directory') names.push(name);
      }
      return names;
    },
    async files(name) {
      const files = new Map<string, File>();
      const folder = await folderOf(name, false);
      if (!folder) return files;
      for await (const [file, handle] of folder) {
        if (handle.kind === 'file') files.set(file, await handle.getFile());
      }
      return files;
    },
    async write(name, file) {
      return writerOf(await open(name, file));
    },
    async append(name, file) {
      return appendWriterOf(await open(name, file));
    },
    async removeFile(name, file) {
      try {
        await (await folderOf(name, false))?.removeEntry(file);
      } catch (thrown) {
        if (!isNotFound(thrown)) throw thrown;
      }
    },
    async remove(name) {
      try {
        await (await root()).removeEntry(name, { recursive: true });
      } catch (thrown) {
        if (!isNotFound(thrown)) throw thrown;
      }
    },
    async alone(name, work) {
      const signal = AbortSignal.timeout(patienceMs);
      const lock = { isOurs: false };
      const begin = () => {
        lock.isOurs = true;
        return work();
      };
      try {
        return await navigator.locks.request(`dydit-web-${name}`, { signal }, begin);
      } catch (thrown) {
        if (lock.isOurs || !signal.aborted) throw thrown;
        return undefined;
      }
    },
  };
}

async function openRoot(): Promise<FileSystemDirectoryHandle> {
  const { storage } = storageOf(globalThis);
  if (!storage?.getDirectory) throw noStorage();
  try {
    const top = await storage.getDirectory();
    return await top.getDirectoryHandle(rootName, { create: true });
  } catch (cause) {
    throw noStorage(cause);
  }
}

/** Neither is there in every browser, whatever their types say. */
function storageOf(scope: { readonly navigator?: { readonly storage?: Partial<StorageManager> } }) {
  return { storage: scope.navigator?.storage };
}

function noStorage(cause?: unknown): DyditError {
  return new DyditError(
    'storage-unavailable',
    'This browser gives the page no place to keep models.',
    'Private windows and blocked site data do that; models can be used without being kept.',
    { cause },
  );
}

function isNotFound(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === 'NotFoundError';
}

function writerOf(handle: SyncAccessHandle): FileWriter {
  const writer = appendWriterOf(handle);
  writer.clear();
  return {
    write(bytes) {
      try {
        writer.append(bytes);
        return Promise.resolve();
      } catch (thrown) {
        return Promise.reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
      }
    },
    close() {
      writer.close();
      return Promise.resolve();
    },
  };
}

function appendWriterOf(handle: SyncAccessHandle): AppendWriter {
  let size = handle.getSize();
  return {
    get size() {
      return size;
    },
    append(bytes) {
      const written = handle.write(bytes, { at: size });
      // A disk that is full may take a part without a word.
      if (written < bytes.length) {
        handle.truncate(size);
        throw new DOMException('The disk is full.', 'QuotaExceededError');
      }
      size += written;
    },
    clear() {
      handle.truncate(0);
      size = 0;
    },
    close() {
      handle.flush();
      handle.close();
    },
  };
}
