import type { ModelStorage } from '../storage';

/** A store in memory, of a size. */
export function memoryStorage(quota = Infinity): ModelStorage & {
  readonly content: Map<string, Map<string, Uint8Array<ArrayBuffer>>>;
} {
  const content = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();
  const busy = new Set<string>();
  const used = () =>
    [...content.values()]
      .flatMap((files) => [...files.values()])
      .reduce((sum, { length }) => sum + length, 0);
  return {
    content,
    folders: () => Promise.resolve([...content.keys()]),
    files: (folder) =>
      Promise.resolve(
        new Map(
          [...(content.get(folder) ?? [])].map(([name, bytes]) => [name, new File([bytes], name)]),
        ),
      ),
    write(folder, name) {
      const files = content.get(folder) ?? new Map<string, Uint8Array<ArrayBuffer>>();
      content.set(folder, files);
      files.set(name, new Uint8Array());
      return Promise.resolve({
        write(bytes) {
          const before = files.get(name) ?? new Uint8Array();
          if (used() + bytes.length > quota) {
            return Promise.reject(new DOMException('Full.', 'QuotaExceededError'));
          }
          const after = new Uint8Array(before.length + bytes.length);
          after.set(before);
          after.set(bytes, before.length);
          files.set(name, after);
          return Promise.resolve();
        },
        close: () => Promise.resolve(),
      });
    },
    append(folder, name) {
      const files = content.get(folder) ?? new Map<string, Uint8Array<ArrayBuffer>>();
      content.set(folder, files);
      const bytes = () => files.get(name) ?? new Uint8Array();
      return Promise.resolve({
        get size() {
          return bytes().length;
        },
        append(more) {
          if (used() + more.length > quota) throw new DOMException('Full.', 'QuotaExceededError');
          files.set(name, new Uint8Array([...bytes(), ...more]));
        },
        clear: () => void files.set(name, new Uint8Array()),
        close: () => undefined,
      });
    },
    removeFile: (folder, name) => Promise.resolve(void content.get(folder)?.delete(name)),
    remove: (folder) => Promise.resolve(void content.delete(folder)),
    async alone(folder, work) {
      if (busy.has(folder)) return undefined;
      busy.add(folder);
      try {
        return await work();
      } finally {
        busy.delete(folder);
      }
    },
  };
}
