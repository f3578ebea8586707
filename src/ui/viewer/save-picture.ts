import type { Outcome } from '../../store/app-state';
import { writePictureFile } from '../../store/picture-file';
import { fileNameOf } from '../../store/pictures-of';
import { sharedOf } from '../../store/recipe';
import { download } from '../download';
import type { ViewerItem } from './viewer-item';

/** Hands the browser a PNG with the settings inside that make this one picture again. */
export async function savePicture(
  { model, checkpoint }: Outcome,
  { picture, settings }: ViewerItem,
): Promise<void> {
  const png = await writePictureFile(picture, sharedOf({ settings, model, checkpoint }));
  download(new Blob([png], { type: 'image/png' }), fileNameOf(settings, model));
}
