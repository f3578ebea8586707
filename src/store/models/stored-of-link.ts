import type { StoredModel } from '../../engine/models/stored-models';
import type { AppContext } from '../app-context';
import { readQuery, type SharedSettings } from '../shared-settings';
import { isAddress } from './is-address';

/**
 * Before the first model is loaded: where the address is of a model that this browser keeps, that is
 * the one to load, so that a visit goes on where the last one ended. Never rejects.
 */
export async function wantStoredOfLink(context: AppContext): Promise<void> {
  const { dependencies, session, get } = context;
  const { wanted } = session;
  const { shared } = readQuery(dependencies.addressBar.read());
  if (get().settings || wanted.kind !== 'manifest' || shared.model === undefined) return;
  try {
    const { models } = await dependencies.library.overview();
    const found = storedOf(models, shared);
    if (!found) askForAddress(context, shared.model);
    // Files may have been dropped meanwhile.
    if (!found || session.wanted !== wanted) return;
    session.wanted = { kind: 'stored', id: found.id, name: found.name };
  } catch {
    // Without a store the built-in model stands in, and the page says so.
    askForAddress(context, shared.model);
  }
}

/** A link may name the address of a model: it is shown, and fetched when the visitor says so. */
function askForAddress({ get, set }: AppContext, model: string): void {
  if (get().opening || !isAddress(model)) return;
  set({ opening: { status: 'confirming', url: model } });
}

/** The very weights, then those that they were made of, then the name where nothing else is said. */
export function storedOf(
  models: readonly StoredModel[],
  { model, weights }: SharedSettings,
): StoredModel | undefined {
  if (weights === undefined) return models.find(({ name }) => name === model);
  return (
    models.find(({ identity }) => identity.startsWith(weights)) ??
    models.find(({ originIdentity }) => originIdentity.startsWith(weights))
  );
}
