import type { AppContext } from './app-context';
import type { AppState } from './app-state';
import { perform } from './perform';
import { generatePictures } from './pictures-run';
import { estimateRunMs, expectedRunMs } from './run-time';
import { linkInUse, linkOf } from './recipe';
import { settingsOfImage, type Settings } from './settings';

/** A redraw that takes longer than this waits for a press. */
export const liveLimitMs = 1500;

/** The page's first picture may take this long. */
const firstPictureLimitMs = 3000;

/** Changes closer together than this are one. */
const redrawDelayMs = 120;

/** A redraw that stood for this long is an entry of its own in the history. */
const settledMs = 1500;

/** Whether a change of the settings redraws by itself as things stand. */
export function isLiveNow(app: AppState): boolean {
  return app.live && (expectedRunMs(app) ?? Infinity) < liveLimitMs;
}

/** To be called before settings change by the visitor's hand: a redraw that was looked at stays. */
export function settleRedraw({ session }: AppContext, isDone = false): void {
  const { redrawn } = session;
  if (!redrawn || (!isDone && performance.now() - redrawn.at < settledMs)) return;
  session.redrawn = null;
  session.addressIsOfRun = true;
}

/** To be called after settings changed by the visitor's hand: redraws in a moment, where Live is on. */
export function redrawSoon(context: AppContext): void {
  const { session } = context;
  clearTimeout(session.redrawTimer);
  session.redrawTimer = setTimeout(() => void redraw(context), redrawDelayMs);
}

/**
 * Ends a redraw under way or about to begin.
 * @returns whether one was under way: `session.runEnded` then tells when the engine is free of it
 */
export function endRedraw({ session, get }: AppContext): boolean {
  clearTimeout(session.redrawTimer);
  session.redrawWanted = false;
  if (get().run?.cause !== 'live') return false;
  session.abort?.abort();
  return true;
}

/** To be called after a run: redraws what was changed meanwhile. */
export async function redrawIfWanted(context: AppContext): Promise<void> {
  if (context.session.redrawWanted) await redraw(context);
}

/** The latest settings win: a redraw under way is given up for them. */
async function redraw(context: AppContext): Promise<void> {
  const { session, get } = context;
  const { run, settings } = get();
  const isWanted = isLiveNow(get()) && !isShown(context);
  if (run) {
    session.redrawWanted = isWanted;
    if (run.cause === 'live' || (isWanted && run.cause === 'first')) session.abort?.abort();
    return;
  }
  session.redrawWanted = false;
  if (!isWanted || !settings) return;
  await perform(context, { kind: 'generate', cause: 'live', settings, work: generatePictures });
  await redrawIfWanted(context);
}

/** Whether the pictures on the stage are those of the settings. */
function isShown(context: AppContext): boolean {
  const { outcomes, shownId } = context.get();
  const shown = outcomes.find(({ id }) => id === shownId);
  return shown !== undefined && linkOf(shown) === linkInUse(context.get());
}

/**
 * Draws before anyone has pressed anything, where that is quick: the pictures of the settings, or
 * the first of them.
 * @param isWelcome false where the link says no, or asks for a model that is not here
 */
export async function drawFirstPicture(context: AppContext, isWelcome: boolean): Promise<void> {
  const { session, get } = context;
  const app = get();
  if (!session.firstPictureDue || !app.settings) return;
  session.firstPictureDue = false;
  if (!app.live || !isWelcome || app.shownId !== null) return;
  const isQuick = (settings: Settings) =>
    (estimateRunMs(app, settings) ?? Infinity) < firstPictureLimitMs;
  const settings = [app.settings, settingsOfImage(app.settings, 0)].find(isQuick);
  if (!settings) return;
  session.addressIsOfRun = settings === app.settings;
  await perform(context, { kind: 'generate', cause: 'first', settings, work: generatePictures });
  await redrawIfWanted(context);
}
