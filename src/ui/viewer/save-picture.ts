import type { Outcome, StripOutcome } from '../../store/app-state';
import { writePictureFile } from '../../store/picture-file';
import { fileNameOf, picturesOf, wayFileNameOf } from '../../store/pictures-of';
import { sharedOf, sharedOfRun } from '../../store/recipe';
import { sideBySide } from '../../store/strip-picture';
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

/** The same of a whole strip, its pictures side by side. */
export async function saveStrip(outcome: StripOutcome): Promise<void> {
  const picture = sideBySide(picturesOf(outcome).map((made) => made.picture));
  const png = await writePictureFile(picture, sharedOfRun(outcome));
  download(new Blob([png], { type: 'image/png' }), wayFileNameOf(outcome.settings, outcome.model));
}
