import { DyditError, type ErrorReport } from '../errors';
import type { ModelInfo, ModelSource } from '../engine/api';
import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { nameOfSource, sortFiles } from './opened-files';
import { readPictureFile } from './picture-file';
import { carryOver, defaultSettings } from './default-settings';
import { disposeEngine, loseEngine } from './engine-life';
import { drawFirstPicture, redrawSoon, settleRedraw } from './live';
import { applyShared, type Settings } from './settings';
import { putSettings } from './settings-in-use';
import { parseQuery, shareSettings, type SharedSettings } from './shared-settings';

type EngineActions = Pick<AppActions, 'start' | 'retryLoad' | 'loadBuiltIn' | 'openFiles'>;

export function engineActions(context: AppContext): EngineActions {
  const { dependencies, session, get, set } = context;
  return {
    async start() {
      disposeEngine(context);
      const starting = { status: 'starting' } as const;
      set({ engine: starting, run: null, notice: null });
      try {
        const [engine, sparing] = await Promise.all([
          dependencies.createEngine({ backend: get().backend }),
          dependencies.surroundings.isSparing(),
        ]);
        if (get().engine !== starting) {
          // Start was pressed again meanwhile; one engine is enough.
          engine.dispose();
          return;
        }
        session.engine = engine;
        const { live = !sparing } = dependencies.preferences.read();
        set({ machine: engine.machine, sparing, live });
        void engine.lost.then((error) => {
          if (session.engine === engine) loseEngine(context, error);
        });
      } catch (thrown) {
        const error = DyditError.from(thrown).toReport();
        set({ engine: { status: 'failed', while: 'starting', error } });
        return;
      }
      await load(context, session.wanted);
    },
    retryLoad: () => (session.engine ? load(context, session.wanted) : get().start()),
    loadBuiltIn: () => load(context, { kind: 'manifest', url: dependencies.builtInManifest }),
    async openFiles(files) {
      const opened = sortFiles(files, get().source);
      switch (opened.kind) {
        case 'picture':
          await restoreFromPicture(context, opened.file);
          break;
        case 'model':
          await load(context, opened.source);
          break;
        case 'refused':
          set({ notice: { kind: 'error', error: opened.error } });
      }
    },
  };
}

/**
 * Loads a model in place of the present one, which stays where loading fails. Ends what the engine
 * is doing first, for it does one thing at a time.
 */
async function load(context: AppContext, source: ModelSource): Promise<void> {
  const { session, set } = context;
  const { engine } = session;
  if (!engine) return;
  session.wanted = source;
  session.abort?.abort();
  const abort = new AbortController();
  session.abort = abort;
  const isCurrent = () => session.abort === abort;
  set({ engine: { status: 'loading', progress: null }, run: null, notice: null });
  try {
    await session.engineBusy.catch(() => undefined);
    if (!isCurrent()) return;
    const loading = engine.load(source, {
      signal: abort.signal,
      onProgress: (progress) => {
        if (isCurrent()) set({ engine: { status: 'loading', progress } });
      },
    });
    session.engineBusy = loading;
    const model = await loading;
    if (isCurrent()) takeModel(context, source, model);
  } catch (thrown) {
    if (isCurrent()) failLoading(context, DyditError.from(thrown).toReport());
  } finally {
    if (isCurrent()) session.abort = null;
  }
}

function failLoading(context: AppContext, error: ErrorReport): void {
  const { session, get, set } = context;
  if (error.code === 'device-lost') {
    loseEngine(context, error);
  } else if (session.hasModel) {
    session.unfinished = { source: session.wanted };
    session.wanted = get().source;
    set({ engine: { status: 'ready' }, notice: { kind: 'error', error } });
  } else {
    session.unfinished = { source: session.wanted };
    set({ engine: { status: 'failed', while: 'loading', error } });
  }
}

function takeModel(context: AppContext, source: ModelSource, model: ModelInfo): void {
  const { session, get, set } = context;
  session.hasModel = true;
  session.warm.clear();
  const shared = get().settings ? {} : parseQuery(context.dependencies.addressBar.read());
  const settings = settingsForModel(context, model, shared);
  set({ engine: { status: 'ready' }, source, model });
  putSettings(context, settings);
  if (shared.model !== undefined && source.kind === 'manifest') {
    set({ notice: { kind: 'info', text: strangerModel(shared.model, model) } });
  }
  void drawFirstPicture(context, shared);
}

/** The first model takes its settings from the address; a later one keeps what still applies. */
function settingsForModel(context: AppContext, model: ModelInfo, shared: SharedSettings): Settings {
  const { dependencies, get } = context;
  const { settings, model: former, machine } = get();
  if (!machine) throw new DyditError('internal', 'A model was loaded without a machine.');
  if (settings && former?.name === model.name) return settings;
  const defaults = defaultSettings(model, machine, settings?.seed ?? dependencies.randomSeed());
  if (settings && former) return carryOver(shareSettings(settings, former), defaults, model);
  return applyShared(defaults, shared, model);
}

function strangerModel(wanted: string, model: ModelInfo): string {
  return (
    `This link was made with the checkpoint “${wanted}”, which is not part of the page. ` +
    `Drop its file here to reproduce the pictures; until then ${model.name} stands in.`
  );
}

async function restoreFromPicture(context: AppContext, file: File): Promise<void> {
  const { session, get, set } = context;
  // A file that cannot be read any more has no settings to give either.
  const bytes = await file.arrayBuffer().catch(() => new ArrayBuffer());
  const shared = readPictureFile(new Uint8Array(bytes));
  if (!shared) {
    set({ notice: { kind: 'error', error: noSettings(file) } });
    return;
  }
  const { settings, model, source } = get();
  if (!settings || !model) return;
  settleRedraw(context);
  putSettings(context, applyShared(settings, shared, model));
  // Also where the picture's seed is the one used last, Generate makes it again.
  session.seedUsed = false;
  set({ notice: { kind: 'info', text: restored(file, shared, nameOfSource(source)) } });
  redrawSoon(context);
}

function restored(file: File, shared: SharedSettings, loaded: string | undefined): string {
  const settings = `Settings restored from ${file.name}.`;
  if (shared.model === loaded) return `${settings} Generate makes the picture again.`;
  const maker = shared.model === undefined ? 'the built-in model' : `“${shared.model}”`;
  return `${settings} The picture was made with ${maker}; with another model it will differ.`;
}

function noSettings(file: File): ErrorReport {
  return {
    code: 'invalid-request',
    message: `${file.name} has no settings inside.`,
    advice: 'Only pictures saved from this page carry the settings they were made with.',
  };
}
