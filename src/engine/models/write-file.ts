import type { ModelStorage } from './storage';

/** A file of a store. */
export interface Place {
  readonly folder: string;
  readonly name: string;
}

/** Writes a file whole. */
export async function writeFile(
  storage: ModelStorage,
  { folder, name }: Place,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const writer = await storage.write(folder, name);
  try {
    await writer.write(bytes);
  } finally {
    await writer.close();
  }
}
