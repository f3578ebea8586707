import { BlobReader, BlobWriter, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js';

/** A kept model as a folder in an archive, as it can be dropped or put on a server. */
export async function zipOfModel(name: string, files: readonly File[]): Promise<Blob> {
  const zip = new ZipWriter(new BlobWriter('application/zip'), {
    level: 0,
    useWebWorkers: false,
  });
  for (const file of files) await zip.add(`${folderName(name)}/${file.name}`, new BlobReader(file));
  return zip.close();
}

/** Fit for every system's files. */
export function folderName(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'model';
}
