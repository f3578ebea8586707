import type { AppContext } from './app-context';
import { takeShared } from './awaited-model';
import { redrawSoon } from './live';
import { nameOfSource } from './opened-files';
import { putSettings } from './settings-in-use';
import type { ReadSettings } from './shared-settings';

/**
 * Puts settings of a picture in place of those in use. Generate makes that picture, also where its
 * seed is the one used last.
 * @param lead what to say first where the model in use has made them
 */
export function takeFromOutside(context: AppContext, read: ReadSettings, lead?: string): void {
  const { session, get, set } = context;
  const { settings, model, source } = get();
  if (!settings || !model) {
    // Taken as soon as there is a model, in place of what the address says.
    session.awaited = read;
    return;
  }
  const maker = { model, checkpoint: nameOfSource(source) };
  const taken = takeShared(context, settings, {
    read,
    maker,
    ...(lead === undefined ? {} : { lead }),
  });
  putSettings(context, taken.settings);
  session.seedUsed = false;
  set({ notice: taken.notice });
  if (!taken.isAwaiting) redrawSoon(context);
}
