import { DyditError } from '../errors';
import type { AppContext } from './app-context';
import type { AppActions } from './app-state';
import { isEndOfEngine, loseEngine } from './engine-life';
import { endRedraw, redrawSoon } from './live';

type MachineActions = Pick<
  AppActions,
  'chooseBackend' | 'chooseCard' | 'choosePrecision' | 'measureAgain'
>;

/** Which machine computes, and by which of its kernels. */
export function machineActions(context: AppContext): MachineActions {
  const { dependencies, session, get, set } = context;
  return {
    async chooseBackend(backend) {
      const { preferences } = dependencies;
      preferences.write({ ...preferences.read(), backend });
      set({ backend });
      await get().start();
    },
    async chooseCard(card) {
      const { preferences } = dependencies;
      preferences.write({ ...preferences.read(), card });
      set({ card });
      await get().start();
    },
    async choosePrecision(precision) {
      const { preferences } = dependencies;
      preferences.write({ ...preferences.read(), precision });
      set({ precision });
      await get().start();
    },
    async measureAgain() {
      if (endRedraw(context)) await session.runEnded;
      const { engine } = session;
      const { engine: state, run, settings } = get();
      if (!engine || run || state.status !== 'ready') return;
      const isCurrent = () => session.engine === engine && get().engine.status === 'measuring';
      const measuring = (fraction: number) => set({ engine: { status: 'measuring', fraction } });
      set({ measuredShapes: null });
      measuring(0);
      try {
        const working = engine.measureAgain((fraction) => isCurrent() && measuring(fraction));
        session.engineBusy = working;
        const measuredShapes = await working;
        if (!isCurrent()) return;
        set({ engine: { status: 'ready' }, measuredShapes });
        // What was set meanwhile found the engine at work.
        if (get().settings !== settings) redrawSoon(context);
      } catch (thrown) {
        const error = DyditError.from(thrown).toReport();
        if (!isCurrent()) return;
        if (isEndOfEngine(error)) loseEngine(context, error);
        else set({ engine: { status: 'ready' }, notice: { kind: 'error', error } });
      }
    },
  };
}
