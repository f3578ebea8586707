import type { AppContext } from './app-context';
import type { AppState } from './app-state';
import { perform, type RunPlan } from './perform';
import { generatePictures } from './pictures-run';
import { estimateRunMs, expectedRunMs } from './run-time';
import { linkInUse, linkOf, recipeInUse } from './recipe';
import { settingsOfImage, type Settings } from './settings';
import { showInAddress } from './settings-in-use';
import { drawStrip, stripSettings, stripShares } from './strip-run';
import { isMixed } from './subject';

/** A redraw that takes longer than this waits for a press. */
export const liveLimitMs = 1500;

/** The page's first picture may take this long. */
const firstPictureLimitMs = 3000;

/** Changes closer together than this are one. */
const redrawDelayMs = 120;

/** Redraws as quick as this are seen to their end, and come while a slider is still being dragged. */
const fluentMs = 120;

const stripWords = 'This link is of a strip: press Draw the way to see it.';

/** A redraw that stood for this long is an entry of its own in the history. */
const settledMs = 1500;

/** Whether a change of the settings redraws by itself as things stand. */
export function isLiveNow(app: AppState): boolean {
  return app.live && (expectedRunMs(app) ?? Infinity) < liveLimitMs;
}

function isFluentNow(app: AppState): boolean {
  return app.live && (expectedRunMs(app) ?? Infinity) < fluentMs;
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
  const { session, get } = context;
  // One that is on its way takes the latest settings.
  if (session.redrawTimer !== undefined && isFluentNow(get())) return;
  clearTimeout(session.redrawTimer);
  session.redrawTimer = setTimeout(() => {
    session.redrawTimer = undefined;
    void redraw(context);
  }, redrawDelayMs);
}

/**
 * Ends a redraw under way or about to begin.
 * @returns whether one was under way: `session.runEnded` then tells when the engine is free of it
 */
export function endRedraw({ session, get }: AppContext): boolean {
  clearTimeout(session.redrawTimer);
  session.redrawTimer = undefined;
  session.redrawWanted = false;
  if (get().run?.cause !== 'live') return false;
  session.abort?.abort();
  return true;
}

/** To be called after a run: redraws what was changed meanwhile. */
export async function redrawIfWanted(context: AppContext): Promise<void> {
  if (context.session.redrawWanted) await redraw(context);
}

/** The latest settings win: a redraw under way is given up for them, unless it ends in a moment. */
async function redraw(context: AppContext): Promise<void> {
  const { session, get } = context;
  const { run, settings } = get();
  const isWanted = isLiveNow(get()) && !isShown(context);
  if (run) {
    session.redrawWanted = isWanted;
    const isPast = run.cause === 'live' ? !isFluentNow(get()) : run.cause === 'first' && isWanted;
    if (isPast) session.abort?.abort();
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

/** What a link says of the page's first picture. */
export interface FirstPicture {
  /** False where the link says no, or asks for a model that is not here. */
  readonly isWelcome: boolean;
  readonly isStrip: boolean;
}

/**
 * Draws before anyone has pressed anything, where that is quick: the strip that a link is of, else
 * the pictures of the settings, or the first of them.
 */
export async function drawFirstPicture(
  context: AppContext,
  { isWelcome, isStrip }: FirstPicture,
): Promise<void> {
  const { session, get, set } = context;
  const app = get();
  const recipe = recipeInUse(app);
  if (!session.firstPictureDue || !recipe) return;
  session.firstPictureDue = false;
  if (app.shownId !== null) return;
  const isOfStrip = isStrip && isMixed(recipe.settings);
  const runs = isOfStrip
    ? [stripOf(recipe.settings)]
    : [picturesOf(recipe.settings), picturesOf(settingsOfImage(recipe.settings, 0))];
  const run = runs.find(({ settings, times }) => {
    const each = estimateRunMs(app, settings) ?? Infinity;
    return times * each < firstPictureLimitMs;
  });
  if (!app.live || !isWelcome || !run) {
    if (isOfStrip) set({ notice: app.notice ?? { kind: 'info', text: stripWords } });
    return;
  }
  const { kind, settings, work } = run;
  if (isOfStrip) showInAddress(context, linkOf({ ...recipe, settings, kind: 'strip' }));
  session.addressIsOfRun = isOfStrip || settings === recipe.settings;
  await perform(context, { kind, cause: 'first', settings, work });
  await redrawIfWanted(context);
}

/** A run that may be the page's first, and how often it goes through its settings. */
interface FirstRun extends Pick<RunPlan, 'kind' | 'settings' | 'work'> {
  readonly times: number;
}

function picturesOf(settings: Settings): FirstRun {
  return { kind: 'generate', settings, work: generatePictures, times: 1 };
}

function stripOf(settings: Settings): FirstRun {
  const times = stripShares.length;
  return { kind: 'strip', settings: stripSettings(settings), work: drawStrip, times };
}
