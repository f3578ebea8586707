import type { InspectedModel } from '../../engine/models/inspect';
import type { ModelChoice } from '../../engine/models/model-choice';
import type { AppContext } from '../app-context';
import type { ModelActions } from './actions';
import { loadSource } from '../engine-actions';
import { keepModel } from './keep-model';
import { openAddress } from './open-address';
import { openFiles, openModel, sourceOf } from './open-files';
import { reportOfFiles } from './origin';
import { refreshShelf, shelfChanged } from './refresh-shelf';
import { runAskedSince } from './run-before';
import { restoreWaiting } from './waiting-files';

export function modelActions(context: AppContext): ModelActions {
  const { dependencies, session, get, set } = context;
  const { library } = dependencies;
  /** Runs what may fail; its failure becomes a notice. */
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    // What failed before is past; where it fails the same way again, that is news.
    if (get().notice?.kind === 'error') set({ notice: null });
    try {
      await work();
    } catch (thrown) {
      const { opening } = get();
      const isFetched = opening?.status === 'asking' && opening.address !== undefined;
      const error = reportOfFiles(thrown, isFetched ? 'fetched' : 'dropped');
      set({ notice: { kind: 'error', error } });
    }
  };
  /** Looks at files; nothing where another look, or a letting go, has come since. */
  const look = async (
    files: readonly File[],
    choice: ModelChoice,
  ): Promise<InspectedModel | undefined> => {
    const turn = (session.opened = {});
    const { model } = await library.inspect(files, choice);
    return session.opened === turn ? model : undefined;
  };
  return {
    openFiles: (files) => {
      const runBefore = session.abort;
      return attempt(async () => openFiles(context, await files, runBefore));
    },
    restoreWaiting: () => restoreWaiting(context),
    openAddress: (url) => openAddress(context, url),
    reconsider: (choice) =>
      attempt(async () => {
        const { opening } = get();
        if (opening?.status !== 'asking') return;
        const { files } = opening;
        const model = await look(files, choice);
        if (model) set({ opening: { ...opening, model, problem: model.problem } });
      }),
    answer: (choice, keepAs) =>
      attempt(async () => {
        const { opening } = get();
        if (opening?.status !== 'asking') return;
        const { files } = opening;
        const runBefore = session.abort;
        const model = await look(files, choice);
        if (!model) return;
        if (model.problem) {
          set({ opening: { ...opening, model, problem: model.problem } });
          return;
        }
        const turn = session.opened;
        await library.remember(model.filesIdentity, choice);
        // They may have been let go of meanwhile.
        if (session.opened !== turn) return;
        const source = sourceOf(model, files, { choice, address: opening.address });
        if (!keepAs) {
          await openModel(context, source, runBefore);
          return;
        }
        const kept = await keepModel(context, { source, dtype: keepAs });
        if (kept) {
          const stored = { kind: 'stored', id: kept.id, name: kept.name } as const;
          // Files that were opened meanwhile keep their card.
          if (get().opening === null) await openModel(context, stored, runBefore);
          else {
            await runAskedSince(context, runBefore);
            await loadSource(context, stored);
          }
        }
        // It can still be used, or kept in another way.
        else if (get().opening === null) set({ opening });
      }),
    askAgain: () =>
      attempt(async () => {
        const { source } = get();
        if (source.kind !== 'files') return;
        const model = await look(source.files, source.choice ?? {});
        if (!model) return;
        const { files, address } = source;
        set({ opening: { status: 'asking', files, model, address } });
      }),
    dropOpening() {
      session.opened = {};
      session.keepAbort?.abort();
      session.fetchAbort?.abort();
      const { opening, source } = get();
      if (opening?.status === 'queued') session.wanted = source;
      // A download that is given up leaves what it was to complete.
      set({ opening: opening?.status === 'fetching' ? opening.before : null });
    },
    keep: (dtype) =>
      attempt(async () => {
        const { source } = get();
        if (source.kind !== 'files') return;
        const kept = await keepModel(context, { source, dtype });
        if (kept) {
          set({ notice: { kind: 'info', text: `${kept.name} is kept in this browser.` } });
        }
      }),
    openStored: (id) =>
      attempt(async () => {
        const model = get().shelf.overview?.models.find((each) => each.id === id);
        if (model)
          await openModel(context, { kind: 'stored', id, name: model.name }, session.abort);
      }),
    removeStored: (id) =>
      attempt(async () => {
        await library.remove(id);
        await shelfChanged(context);
      }),
    renameStored: (id, name) =>
      attempt(async () => {
        await library.rename(id, name);
        await shelfChanged(context);
      }),
    filesOfStored: (id) => library.files(id),
    refreshShelf: () => refreshShelf(context),
  };
}
