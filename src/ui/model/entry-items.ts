import type { DirectoryDropItem, FileDropItem } from 'react-aria-components';

/** What a drop on the page holds, in the form that drop zones give it. */
export function itemOfEntry(entry: FileSystemEntry): FileDropItem | DirectoryDropItem {
  if (isDirectory(entry)) {
    return { kind: 'directory', name: entry.name, getEntries: () => itemsIn(entry) };
  }
  const getFile = () =>
    new Promise<File>((resolve, reject) => {
      if (isFile(entry)) entry.file(resolve, reject);
      else reject(new Error(`${entry.name} is no file.`));
    });
  const getText = async () => (await getFile()).text();
  return { kind: 'file', type: '', name: entry.name, getFile, getText };
}

/** A reader gives them in parts, the last of which is empty. */
async function* itemsIn(
  folder: FileSystemDirectoryEntry,
): AsyncGenerator<FileDropItem | DirectoryDropItem> {
  const reader = folder.createReader();
  for (;;) {
    const part = await new Promise<readonly FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (part.length === 0) return;
    yield* part.map(itemOfEntry);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isDirectory(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
