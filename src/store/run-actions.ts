import type { AppContext } from './app-context';
import type { AppActions, Run } from './app-state';
import { comparedSettings, compareRuns } from './comparison-run';
import { endRedraw, redrawIfWanted, settleRedraw } from './live';
import { perform } from './perform';
import { generatePictures } from './pictures-run';
import { linkOf, recipeInUse } from './recipe';
import type { Settings } from './settings';
import { putSettings, showInAddress } from './settings-in-use';

type RunActions = Pick<AppActions, 'generate' | 'compare' | 'cancel' | 'generateFewer'>;

export function runActions(context: AppContext): RunActions {
  const { session, get, set } = context;
  return {
    generate: () => runAsked(context, 'generate'),
    compare: () => runAsked(context, 'compare'),
    cancel() {
      const { run } = get();
      if (!run) return;
      session.redrawWanted = false;
      set({ run: { ...run, cancelling: true } });
      session.abort?.abort();
    },
    async generateFewer() {
      const { settings, generate } = get();
      if (!settings) return;
      putSettings(context, { ...settings, images: Math.max(1, Math.floor(settings.images / 2)) });
      await generate();
    },
  };
}

/** @param wanted settings of a run that is made again; absent for those in use */
export async function runAsked(
  context: AppContext,
  kind: Run['kind'],
  wanted?: Settings,
): Promise<void> {
  const { session, get } = context;
  if (endRedraw(context)) await session.runEnded;
  if (get().run || get().engine.status !== 'ready') return;
  settleRedraw(context, true);
  if (wanted) putSettings(context, wanted);
  else settleSeed(context, kind);
  const recipe = recipeInUse(get());
  if (!recipe) return;
  const settings = kind === 'compare' ? comparedSettings(recipe.settings) : recipe.settings;
  const made = {
    ...recipe,
    settings,
    kind: kind === 'compare' ? 'comparison' : 'pictures',
  } as const;
  showInAddress(context, linkOf(made));
  session.addressIsOfRun = true;
  const work = kind === 'generate' ? generatePictures : compareRuns;
  await perform(context, { kind, cause: 'asked', settings, work });
  await redrawIfWanted(context);
}

/**
 * An unlocked seed makes pictures once; then a new one takes its place. A comparison keeps the seed:
 * it is about pictures that are there already, and may be repeated.
 */
function settleSeed(context: AppContext, kind: Run['kind']): void {
  const { dependencies, session, get } = context;
  const { settings, seedLocked } = get();
  if (!settings || kind !== 'generate' || !session.seedUsed || seedLocked) return;
  putSettings(context, { ...settings, seed: dependencies.randomSeed() });
}
