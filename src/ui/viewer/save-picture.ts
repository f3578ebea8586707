import type { Outcome } from '../../store/app-state';
import { writePictureFile } from '../../store/picture-file';
import { sharedOf } from '../../store/recipe';
import { describeSubject } from '../../store/settings';
import type { ViewerItem } from './viewer-item';

/** Safari starts a download some time after the click. */
const downloadStartMs = 10_000;

/** Hands the browser a PNG with the settings inside that make this one picture again. */
export async function savePicture(
  { model, checkpoint }: Outcome,
  { picture, settings }: ViewerItem,
): Promise<void> {
  const png = await writePictureFile(picture, sharedOf({ settings, model, checkpoint }));
  const url = URL.createObjectURL(new Blob([png], { type: 'image/png' }));
  const name = describeSubject(settings, model).replaceAll(/[^\p{L}\p{N}]+/gu, '-');
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}-${settings.seed}.png`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), downloadStartMs);
}
