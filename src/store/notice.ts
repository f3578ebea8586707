import type { ErrorReport } from '../errors';
import type { Change, Offer } from './changes';

/** Something to tell the visitor until they dismiss it or run again. */
export type Notice =
  | { readonly kind: 'error'; readonly error: ErrorReport }
  | { readonly kind: 'info'; readonly text: string; readonly offers?: readonly Offer[] };

/** Longer values are cut: a link can hold anything. */
const longestValue = 40;

/** Most that is offered at once. */
const mostOffers = 5;

/** One line: 'steps “1001” became “1000”, seed “-1” became “0”'. */
function changesLine(changes: readonly Change[]): string {
  return changes
    .map(({ name, asked, used }) => {
      const became = used === undefined ? 'could not be read' : `became “${shortened(used)}”`;
      return `${name} “${shortened(asked)}” ${became}`;
    })
    .join(', ');
}

function shortened(value: string): string {
  return value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
}

/**
 * What to tell the visitor; `null` where there is nothing to tell.
 * @param lead says whose settings they are
 * @param changes are told after it, in one line
 */
export function settingsNotice(lead: string, changes: readonly Change[]): Notice | null {
  if (changes.length === 0) return lead === '' ? null : { kind: 'info', text: lead };
  const intro = lead === '' ? 'Not all of that can be had: ' : `${lead} Not all can be had: `;
  const offers = changes.flatMap((change) => change.offers ?? []).slice(0, mostOffers);
  return { kind: 'info', text: `${intro}${changesLine(changes)}.`, offers };
}

/** The same for a model that took the place of another. */
export function newModelNotice(model: string, changes: readonly Change[]): Notice | null {
  if (changes.length === 0) return null;
  return { kind: 'info', text: `Set for ${model}: ${changesLine(changes)}.` };
}
