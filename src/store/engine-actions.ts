import { DyditError, type ErrorReport } from '../errors';
import type { ModelInfo, ModelSource } from '../engine/api';
import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { nameOfSource } from './opened-files';
import { restoreHistory } from './history';
import { carryOver, defaultSettings } from './default-settings';
import { disposeEngine, isEndOfEngine, loseEngine } from './engine-life';
import { changesOfModel } from './apply-shared';
import { takeShared, type Taken } from './awaited-model';
import { afterLoading } from './models/opening';
import { originOf, reportOfFiles } from './models/origin';
import { wantStoredOfLink } from './models/stored-of-link';
import { newModelNotice } from './notice';
import { drawFirstPicture } from './live';
import { compareMaker, linkInUse, type Maker } from './recipe';
import { fitSettings } from './settings';
import { showInAddress } from './settings-in-use';
import { restoreUnfinished, setUnfinished } from './unfinished';
import { readQuery, shareSettings, type ReadSettings } from './shared-settings';

type EngineActions = Pick<AppActions, 'start' | 'retryLoad' | 'loadBuiltIn'>;

export function engineActions(context: AppContext): EngineActions {
  const { dependencies, session, get, set } = context;
  return {
    async start() {
      // Of a start under way as well: one engine is enough.
      disposeEngine(context);
      const abort = new AbortController();
      const { signal } = abort;
      session.abort = abort;
      const isCurrent = () => session.abort === abort;
      set({ engine: { status: 'starting' }, run: null, notice: null, measuredShapes: null });
      try {
        const { backend, card, precision } = get();
        const [engine, sparing, kept] = await Promise.all([
          dependencies.createEngine({ backend, card, precision, signal }),
          dependencies.surroundings.isSparing(),
          dependencies.unfinished.read(),
          restoreHistory(context),
        ]);
        if (signal.aborted) engine.dispose();
        signal.throwIfAborted();
        session.engine = engine;
        session.kept = kept;
        const { live = !sparing } = dependencies.preferences.read();
        set({ machine: engine.machine, sparing, live });
        void engine.lost.then((error) => {
          if (session.engine === engine) loseEngine(context, error);
        });
        await wantStoredOfLink(context);
        signal.throwIfAborted();
      } catch (thrown) {
        if (!isCurrent()) return;
        disposeEngine(context);
        const error = DyditError.from(thrown).toReport();
        set({ engine: { status: 'failed', while: 'starting', error } });
        return;
      }
      // What was told since the start began is about files, and still to be read.
      if (isCurrent()) await load(context, session.wanted);
    },
    retryLoad: () => (session.engine ? loadSource(context, session.wanted) : get().start()),
    loadBuiltIn: () => loadSource(context, { kind: 'manifest', url: dependencies.builtInManifest }),
  };
}

/**
 * Loads a model in place of the present one, which stays where loading fails. Ends what the engine
 * is doing first, for it does one thing at a time.
 */
export async function loadSource(context: AppContext, source: ModelSource): Promise<void> {
  const { session, set } = context;
  session.wanted = source;
  // An engine that starts takes up what is wanted by then.
  if (!session.engine) return;
  set({ notice: null });
  await load(context, source);
}

async function load(context: AppContext, source: ModelSource): Promise<void> {
  const { session, get, set } = context;
  const { engine } = session;
  if (!engine) return;
  session.abort?.abort();
  const abort = new AbortController();
  session.abort = abort;
  const isCurrent = () => session.abort === abort;
  set({ engine: { status: 'loading', progress: null }, run: null });
  try {
    await session.engineBusy.catch(() => undefined);
    if (!isCurrent()) return;
    const loading = engine.load(source, {
      signal: abort.signal,
      images: get().settings?.images,
      onProgress: (progress) => {
        const { engine: state } = get();
        if (isCurrent() && state.status === 'loading') set({ engine: { ...state, progress } });
      },
    });
    session.engineBusy = loading;
    const model = await loading;
    if (isCurrent()) takeModel(context, source, model);
  } catch (thrown) {
    if (!isCurrent()) return;
    const error = reportOfFiles(thrown, originOf(source));
    if (error.code === 'checkpoint-broken') await discardFetched(context, source);
    if (isCurrent()) failLoading(context, error);
  } finally {
    if (isCurrent()) session.abort = null;
  }
}

/** What was fetched and is damaged must not be found again by the next try. */
async function discardFetched({ dependencies }: AppContext, source: ModelSource): Promise<void> {
  if (source.kind !== 'files' || source.address === undefined) return;
  // Without a store there is nothing to forget.
  await dependencies.library.discard(source.files).catch(() => undefined);
}

function failLoading(context: AppContext, error: ErrorReport): void {
  const { session, get, set } = context;
  if (isEndOfEngine(error)) {
    loseEngine(context, error);
    return;
  }
  const { unfinished, wanted } = session;
  // A run that this model was loaded for can still be gone on with.
  setUnfinished(context, unfinished?.source === wanted ? unfinished : { source: wanted });
  if (session.hasModel) {
    session.wanted = get().source;
    set({
      engine: { status: 'ready' },
      opening: afterLoading(get().opening),
      notice: error.code === 'cancelled' ? null : { kind: 'error', error },
    });
  } else {
    set({ engine: { status: 'failed', while: 'loading', source: wanted, error } });
  }
}

function takeModel(context: AppContext, source: ModelSource, model: ModelInfo): void {
  const { dependencies, session, get, set } = context;
  const isFirst = get().settings === null;
  session.hasModel = true;
  session.warm.clear();
  const read = isFirst ? readQuery(dependencies.addressBar.read()) : null;
  const maker = { model, checkpoint: nameOfSource(source) };
  const isOfLink = read !== null && session.awaited === null;
  const taken = settingsForModel(context, maker, read);
  // Until the model of a link is here, a reload must find that link.
  const linkWaits = isOfLink && taken.isAwaiting;
  if (linkWaits) session.addressIsOfRun = true;
  const opening = afterLoading(get().opening);
  set({ engine: { status: 'ready' }, source, model, settings: taken.settings, opening });
  if (!linkWaits) showInAddress(context, linkInUse(get()));
  if (taken.notice) set({ notice: taken.notice });
  if (isFirst) restoreUnfinished(context, session.kept, { model, source });
  void drawFirstPicture(context, {
    isWelcome: read?.shared.draw !== false && !taken.isAwaiting && !get().brokenOff,
    isStrip: read?.shared.run === 'strip' && !taken.isAwaiting,
  });
}

/**
 * The first model takes its settings from the address, one that a link has waited for takes that
 * link's, another one of the same name keeps them all, any other one keeps the picture's.
 */
function settingsForModel(context: AppContext, maker: Maker, link: ReadSettings | null): Taken {
  const { dependencies, session, get } = context;
  const { settings, model: former, machine } = get();
  const { model } = maker;
  if (!machine) throw new DyditError('internal', 'A model was loaded without a machine.');
  const defaults = defaultSettings(model, machine, settings?.seed ?? dependencies.randomSeed());
  const wanted = session.awaited ?? link;
  if (wanted && (link || compareMaker(wanted.shared, maker) !== 'other')) {
    session.seedUsed = false;
    return takeShared(context, defaults, {
      read: wanted,
      maker,
      lead: wanted === link ? '' : arrived(model),
    });
  }
  if (!settings || !former) return { settings: defaults, notice: null, isAwaiting: false };
  if (former.identity === model.identity) return { settings, notice: null, isAwaiting: false };
  const next =
    former.name === model.name
      ? fitSettings(settings, model)
      : carryOver(shareSettings(settings, former), defaults, model);
  const changes = changesOfModel({ settings, model: former }, { settings: next, model });
  return { settings: next, notice: newModelNotice(model.name, changes), isAwaiting: false };
}

function arrived(model: ModelInfo): string {
  return `${model.name} is here: Generate makes the pictures that were asked for.`;
}
