import type { AppContext } from './app-context';
import type { AppActions, Run } from './app-state';
import { comparedSettings, compareRuns } from './comparison-run';
import type { Journal } from './journal';
import { endRedraw, redrawIfWanted, settleRedraw } from './live';
import { perform } from './perform';
import { generatePictures } from './pictures-run';
import { linkOf, recipeInUse } from './recipe';
import { drawStrip, stripSettings } from './strip-run';
import { fitSettings, type Settings } from './settings';
import { putSettings, showInAddress } from './settings-in-use';

type RunActions = Pick<AppActions, 'generate' | 'compare' | 'strip' | 'cancel' | 'generateFewer'>;

export function runActions(context: AppContext): RunActions {
  const { session, get, set } = context;
  return {
    generate: () => runAsked(context, 'generate'),
    compare: () => runAsked(context, 'compare'),
    strip: () => runAsked(context, 'strip'),
    cancel() {
      const { run, engine } = get();
      if (engine.status === 'starting' || engine.status === 'loading') {
        set({ engine: { ...engine, cancelling: true } });
        session.abort?.abort();
      }
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

/** Of each kind of run: what comes of it, what it makes of the settings, how it is done. */
const kinds = {
  generate: {
    makes: 'pictures',
    settingsOf: (settings: Settings) => settings,
    work: generatePictures,
  },
  compare: { makes: 'comparison', settingsOf: comparedSettings, work: compareRuns },
  strip: { makes: 'strip', settingsOf: stripSettings, work: drawStrip },
} as const;

/** @param again a run that is made again, or gone on with; absent for the settings in use */
export async function runAsked(
  context: AppContext,
  kind: Run['kind'],
  again?: { readonly settings: Settings; readonly journal?: Journal },
): Promise<void> {
  const { session, get } = context;
  if (endRedraw(context)) await session.runEnded;
  if (get().run || get().engine.status !== 'ready') return;
  settleRedraw(context, true);
  const { model } = get();
  // Another model may have come since the run broke off.
  if (again && model) putSettings(context, fitSettings(again.settings, model));
  else settleSeed(context, kind);
  const recipe = recipeInUse(get());
  if (!recipe) return;
  const { makes, settingsOf, work } = kinds[kind];
  const settings = settingsOf(recipe.settings);
  showInAddress(context, linkOf({ ...recipe, settings, kind: makes }));
  session.addressIsOfRun = true;
  await perform(context, { kind, cause: 'asked', settings, work, before: again?.journal });
  await redrawIfWanted(context);
}

/**
 * An unlocked seed makes pictures once; then a new one takes its place. A comparison keeps the seed:
 * it is about pictures that are there already, and may be repeated; so does a strip.
 */
function settleSeed(context: AppContext, kind: Run['kind']): void {
  const { dependencies, session, get } = context;
  const { settings, seedLocked } = get();
  if (!settings || kind !== 'generate' || !session.seedUsed || seedLocked) return;
  putSettings(context, { ...settings, seed: dependencies.randomSeed() });
}
