import { BlobWriter, Uint8ArrayReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js';
import type { Outcome } from './app-state';
import { writePictureFile } from './picture-file';
import { fileNameOf, picturesOf } from './pictures-of';
import { sharedOf } from './recipe';

/** All pictures of the history as PNGs, with their settings inside unless they are to be bare, the oldest first. */
export async function zipOfPictures(
  outcomes: readonly Outcome[],
  withSettings = true,
): Promise<Blob> {
  const zip = new ZipWriter(new BlobWriter('application/zip'), {
    level: 0,
    useWebWorkers: false,
  });
  for (const [run, outcome] of outcomes.toReversed().entries()) {
    const { model, checkpoint } = outcome;
    for (const { picture, settings, leg } of picturesOf(outcome)) {
      const png = await writePictureFile(
        picture,
        withSettings ? sharedOf({ settings, model, checkpoint }) : undefined,
      );
      const kind = leg === undefined ? '' : `${leg}-`;
      const name = `${run + 1}-${kind}${fileNameOf(settings, model)}`;
      await zip.add(name, new Uint8ArrayReader(png));
    }
  }
  return zip.close();
}
