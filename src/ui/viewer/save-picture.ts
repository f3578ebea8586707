import type { Picture } from '../../engine/api';
import type { Outcome, StripOutcome } from '../../store/app-state';
import { writePictureFile } from '../../store/picture-file';
import { fileNameOf, picturesOf, wayFileNameOf } from '../../store/pictures-of';
import { sharedOf, sharedOfRun } from '../../store/recipe';
import { sideBySide } from '../../store/strip-picture';
import { download } from '../download';
import type { ViewerItem } from './viewer-item';

/** Files that were made, with settings and without, for as long as there is their picture. */
const made = {
  whole: new WeakMap<Picture, Promise<Blob>>(),
  bare: new WeakMap<Picture, Promise<Blob>>(),
};

/**
 * A PNG of one picture, with the settings inside that make it again unless it is to be bare. Made
 * once, for the tile, the viewer and the button.
 */
export function pngOf(
  outcome: Outcome,
  item: Pick<ViewerItem, 'picture' | 'settings'>,
  withSettings: boolean,
): Promise<Blob> {
  const files = withSettings ? made.whole : made.bare;
  const known = files.get(item.picture);
  if (known) return known;
  const png = makePng(outcome, item, withSettings);
  files.set(item.picture, png);
  // A failure may be a passing one.
  png.catch(() => files.delete(item.picture));
  return png;
}

async function makePng(
  { model, checkpoint }: Outcome,
  { picture, settings }: Pick<ViewerItem, 'picture' | 'settings'>,
  withSettings: boolean,
): Promise<Blob> {
  const shared = withSettings ? sharedOf({ settings, model, checkpoint }) : undefined;
  return new Blob([await writePictureFile(picture, shared)], { type: 'image/png' });
}

/** Hands the browser a PNG of one picture. */
export async function savePicture(
  outcome: Outcome,
  item: ViewerItem,
  withSettings: boolean,
): Promise<void> {
  download(await pngOf(outcome, item, withSettings), fileNameOf(item.settings, outcome.model));
}

/** The same of a whole strip, its pictures side by side. */
export async function saveStrip(outcome: StripOutcome, withSettings: boolean): Promise<void> {
  const picture = sideBySide(picturesOf(outcome).map((made) => made.picture));
  const png = await writePictureFile(picture, withSettings ? sharedOfRun(outcome) : undefined);
  download(new Blob([png], { type: 'image/png' }), wayFileNameOf(outcome.settings, outcome.model));
}
