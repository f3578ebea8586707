import type { AppContext } from './app-context';
import { linkInUse } from './recipe';
import type { Settings } from './settings';

/** Sets the settings and shows them in the address bar, so that Back returns to those of a run. */
export function putSettings(context: AppContext, settings: Settings): void {
  const { session, get, set } = context;
  if (settings.seed !== get().settings?.seed) session.seedUsed = false;
  set({ settings });
  showInAddress(context, linkInUse(get()));
}

/** The address of a run stays an entry of its own; any other is replaced. */
export function showInAddress({ dependencies, session }: AppContext, query: string): void {
  const { addressBar } = dependencies;
  session.beforeDraft = null;
  if (query === addressBar.read()) return;
  if (session.addressIsOfRun) addressBar.push(query);
  else addressBar.replace(query);
  session.addressIsOfRun = false;
}
