import type { StoredModel } from '../../engine/models/stored-models';
import type { AppContext } from '../app-context';
import { readQuery, type SharedSettings } from '../shared-settings';

/**
 * Before the first model is loaded: where the address is of a model that this browser keeps, that is
 * the one to load, so that a visit goes on where the last one ended. Never rejects.
 */
export async function wantStoredOfLink({ dependencies, session, get }: AppContext): Promise<void> {
  const { wanted } = session;
  const { shared } = readQuery(dependencies.addressBar.read());
  if (get().settings || wanted.kind !== 'manifest' || shared.model === undefined) return;
  try {
    const { models } = await dependencies.library.overview();
    const found = storedOf(models, shared);
    // Files may have been dropped meanwhile.
    if (!found || session.wanted !== wanted) return;
    session.wanted = { kind: 'stored', id: found.id, name: found.name };
  } catch {
    // Without a store the built-in model stands in, and the page says so.
  }
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
