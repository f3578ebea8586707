import {
  type DirectoryDropItem,
  type DropItem,
  isDirectoryDropItem,
  isFileDropItem,
} from 'react-aria-components';
import { DyditError } from '../../errors';
import { itemOfEntry } from './entry-items';

/** Deeper, or with more files, than any model's folder. */
const deepest = 4;
const mostFiles = 1000;

/**
 * The files of a drop, those in its folders too. Call it while the drop is handled: afterwards the
 * browser has forgotten what was dropped.
 * @throws DyditError `file-unreadable` where a folder can't be read, or is no folder of a model
 */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly File[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  // A browser that knows no folders has the files alone.
  if (!entries.some(({ isDirectory }) => isDirectory)) return [...transfer.files];
  return filesOfItems(entries.map(itemOfEntry));
}

/** The same of what a drop zone received. */
export async function filesOfItems(items: readonly DropItem[]): Promise<readonly File[]> {
  const files: File[] = [];
  for (const item of items) await collect(item, files, 0);
  return files;
}

async function collect(item: DropItem, files: File[], depth: number): Promise<void> {
  try {
    if (isFileDropItem(item)) files.push(await item.getFile());
    else if (isDirectoryDropItem(item) && depth < deepest) {
      for (const each of await entriesOf(item)) await collect(each, files, depth + 1);
    }
  } catch (thrown) {
    if (thrown instanceof DyditError) throw thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    throw new DyditError(
      'file-unreadable',
      `What was dropped could not be read: ${message}`,
      'Drop the files themselves instead of their folder, or choose them.',
      { cause: thrown },
    );
  }
  if (files.length > mostFiles) {
    throw new DyditError(
      'file-unreadable',
      `The folder has more than ${mostFiles} files.`,
      "Drop a model's own folder, or its files.",
    );
  }
}

/** In the order of their names. What git, hubs and systems leave in folders is not of any model. */
async function entriesOf(folder: DirectoryDropItem): Promise<readonly DropItem[]> {
  const entries: (DropItem & { readonly name: string })[] = [];
  for await (const entry of folder.getEntries()) {
    if (!entry.name.startsWith('.')) entries.push(entry);
  }
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
