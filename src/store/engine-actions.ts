import { DyditError, type ErrorReport } from '../errors';
import type { ModelInfo, ModelSource } from '../worker/api';
import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { nameOfSource, sortFiles } from './opened-files';
import { readPictureFile } from './picture-file';
import { applyShared, carryOver, defaultSettings, type Settings } from './settings';
import { parseQuery, shareSettings, type SharedSettings } from './shared-settings';
import { putSettings } from './settings-actions';

type EngineActions = Pick<AppActions, 'start' | 'retryLoad' | 'loadBuiltIn' | 'openFiles'>;

export function engineActions(context: AppContext): EngineActions {
  const { dependencies, session, get, set } = context;
  return {
    async start() {
      disposeEngine(context);
      set({ engine: { status: 'starting' }, notice: null });
      try {
        const engine = await dependencies.createEngine();
        session.engine = engine;
        set({ adapter: engine.adapter });
        void engine.lost.then((error) => {
          if (session.engine === engine) loseEngine(context, error);
        });
      } catch (thrown) {
        const error = DyditError.from(thrown).toReport();
        set({ engine: { status: 'failed', while: 'starting', error } });
        return;
      }
      await load(context, get().source);
    },
    retryLoad: () => (session.engine ? load(context, get().source) : get().start()),
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

/** Lets go of the engine; what it still reports is then of no interest. */
function disposeEngine({ session }: AppContext): void {
  const { engine } = session;
  session.engine = null;
  session.abort?.abort();
  session.abort = null;
  session.warm.clear();
  engine?.dispose();
}

/** The device is gone: the run is over, settings and outcomes stay. */
export function loseEngine(context: AppContext, error: ErrorReport): void {
  disposeEngine(context);
  context.set({ engine: { status: 'lost', error }, run: null });
}

/** Ends a run that is under way, so that a model can be loaded. */
function endRun({ session, set }: AppContext): void {
  session.abort?.abort();
  session.abort = null;
  set({ run: null });
}

async function load(context: AppContext, source: ModelSource): Promise<void> {
  const { session, get, set } = context;
  const { engine } = session;
  if (!engine || !get().adapter) return;
  endRun(context);
  const abort = new AbortController();
  session.abort = abort;
  session.warm.clear();
  set({ engine: { status: 'loading', progress: null }, source, notice: null });
  const isCurrent = () => session.abort === abort;
  try {
    const model = await engine.load(source, {
      signal: abort.signal,
      onProgress: (progress) => {
        if (isCurrent()) set({ engine: { status: 'loading', progress } });
      },
    });
    if (isCurrent()) takeModel(context, model);
  } catch (thrown) {
    if (!isCurrent()) return;
    const error = DyditError.from(thrown).toReport();
    if (error.code === 'device-lost') loseEngine(context, error);
    else set({ engine: { status: 'failed', while: 'loading', error } });
  } finally {
    if (isCurrent()) session.abort = null;
  }
}

function takeModel(context: AppContext, model: ModelInfo): void {
  const { get, set } = context;
  const settings = settingsForModel(context, model);
  const wanted = get().settings
    ? undefined
    : parseQuery(context.dependencies.addressBar.read()).model;
  set({ engine: { status: 'ready' }, model });
  putSettings(context, settings);
  if (wanted !== undefined && get().source.kind === 'manifest') {
    set({ notice: { kind: 'info', text: strangerModel(wanted, model) } });
  }
}

/** The first model takes its settings from the address; a later one keeps what still applies. */
function settingsForModel(context: AppContext, model: ModelInfo): Settings {
  const { dependencies, get } = context;
  const { settings, model: former, adapter } = get();
  if (!adapter) throw new DyditError('internal', 'A model was loaded without an adapter.');
  if (settings && former?.name === model.name) return settings;
  const seed = settings?.seed ?? dependencies.randomSeed();
  if (settings && former) return carryOver(shareSettings(settings, former), model, adapter, seed);
  const shared = parseQuery(dependencies.addressBar.read());
  return applyShared(defaultSettings(model, adapter, seed), shared, model);
}

function strangerModel(wanted: string, model: ModelInfo): string {
  return (
    `This link was made with the checkpoint “${wanted}”, which is not part of the page. ` +
    `Drop its file here to reproduce the pictures; until then ${model.name} stands in.`
  );
}

async function restoreFromPicture(context: AppContext, file: File): Promise<void> {
  const { get, set } = context;
  const shared = readPictureFile(new Uint8Array(await file.arrayBuffer()));
  if (!shared) {
    set({ notice: { kind: 'error', error: noSettings(file) } });
    return;
  }
  const { settings, model, source } = get();
  if (!settings || !model) return;
  putSettings(context, applyShared(settings, shared, model));
  set({ notice: { kind: 'info', text: restored(file, shared, nameOfSource(source)) } });
}

function restored(file: File, shared: SharedSettings, loaded: string | undefined): string {
  const settings = `Settings restored from ${file.name}.`;
  if (shared.model === loaded) return `${settings} Press Generate to see the picture again.`;
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
