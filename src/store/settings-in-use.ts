import type { AppContext } from './app-context';
import { nameOfSource } from './opened-files';
import type { Settings } from './settings';
import { formatQuery, shareSettings } from './shared-settings';

/** The query that reproduces `settings` with the model in use. */
export function queryOf({ get }: AppContext, settings: Settings): string {
  const { model, source } = get();
  return model ? formatQuery(shareSettings(settings, model, nameOfSource(source))) : '';
}

/** Sets the settings and shows them in the address bar, so that Back returns to those of a run. */
export function putSettings(context: AppContext, settings: Settings): void {
  const { dependencies, session, get, set } = context;
  if (settings.seed !== get().settings?.seed) session.seedUsed = false;
  set({ settings });
  const query = queryOf(context, settings);
  if (session.addressIsOfRun && query !== dependencies.addressBar.read()) {
    session.addressIsOfRun = false;
    dependencies.addressBar.push(query);
  } else {
    dependencies.addressBar.replace(query);
  }
}
