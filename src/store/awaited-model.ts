import type { AppContext } from './app-context';
import { applyShared, pictureOf } from './apply-shared';
import { isAddress } from './models/is-address';
import { settingsNotice, type Notice } from './notice';
import { compareMaker, type Maker } from './recipe';
import type { Settings } from './settings';
import type { ReadSettings, SharedSettings } from './shared-settings';

/** Settings that came from elsewhere, as far as the model in use can run them. */
export interface Taken {
  readonly settings: Settings;
  readonly notice: Notice | null;
  /** Whether they were made with a model that is not here. */
  readonly isAwaiting: boolean;
}

/**
 * Takes settings that were made with some model. Where it is not the one in use, what is about the
 * picture applies now, and all of it once that model is loaded; the visitor is told.
 * @param lead what to say first where all is well
 */
export function takeShared(
  { session }: AppContext,
  base: Settings,
  from: { readonly read: ReadSettings; readonly maker: Maker; readonly lead?: string },
): Taken {
  const { read, maker, lead = '' } = from;
  const { model } = maker;
  const match = compareMaker(read.shared, maker);
  if (match === 'other') {
    session.awaited = read;
    const picture = applyShared(base, { shared: pictureOf(read.shared), unreadable: [] }, model);
    const notice = { kind: 'info', text: missing(read.shared, maker) } as const;
    return { settings: picture.settings, notice, isAwaiting: true };
  }
  session.awaited = null;
  const { settings, changes } = applyShared(base, read, model);
  const words = match === 'same' ? lead : otherWeights(read.shared, maker);
  return { settings, notice: settingsNotice(words, changes), isAwaiting: false };
}

function nameOf({ model, weights }: SharedSettings): string {
  const name = model === undefined ? 'the built-in model' : `the checkpoint “${model}”`;
  return weights === undefined ? name : `${name} (weights ${weights})`;
}

/** What of the settings has to wait. */
function missing(shared: SharedSettings, { model }: Maker): string {
  const { class: subject, sampler, steps, guidance } = shared;
  const parts = [
    subject !== undefined && `class ${subject}`,
    sampler !== undefined && `sampler ${sampler}`,
    steps !== undefined && `${steps} steps`,
    guidance !== undefined && `guidance ${guidance}`,
  ].filter((part) => part !== false);
  const waits = parts.length === 0 ? '' : ` Until then these wait: ${parts.join(', ')}.`;
  const remedy =
    shared.model === undefined
      ? 'Go back to it in the model’s menu'
      : isAddress(shared.model)
        ? 'Fetch it'
        : 'Drop its file here';
  return (
    `This was made with ${nameOf(shared)}, which is not loaded. ` +
    `${remedy} to make the same pictures;${waits === '' ? ' until then' : ''} ${model.name} stands in.${waits}`
  );
}

function otherWeights(shared: SharedSettings, { model }: Maker): string {
  return (
    `This was made with other weights of ${shared.model ?? model.name} ` +
    `(${shared.weights ?? ''}; here are ${model.identity.slice(0, 8)}): the pictures will differ.`
  );
}
