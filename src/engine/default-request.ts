import { DyditError } from '../errors';
import type { GenerateRequest, ModelInfo } from './api';
import { requestLimits } from './limits';

/** What a picture is to be of, and whatever else is not to be as the model was made for. */
export interface Wish extends Partial<GenerateRequest> {
  /** Name, emoji or number of a class, in place of `labels`. */
  readonly class?: string | number;
  /** Name or number of a style, in place of `labels`; the first one where absent. */
  readonly style?: string | number;
}

/**
 * A whole request for one picture: what is wished for, and the rest as the model was made for. The
 * seed is drawn by lot where none is given.
 * @throws DyditError `invalid-request` where the model has no such class or style, or where labels
 * are wished for as well
 */
export function defaultRequest(
  model: ModelInfo,
  { class: subject, style, ...wish }: Wish = {},
): GenerateRequest {
  if (wish.labels && (subject !== undefined || style !== undefined)) {
    throw new DyditError(
      'invalid-request',
      'Both labels and a class or style are wished for.',
      'Give one of them: labels have their styles in them.',
    );
  }
  const { classes, styles, defaults, dynamic, variation } = model;
  const classId = indexOf('class', subject ?? 0, [
    classes.map(({ name }) => name),
    classes.map(({ emoji }) => emoji),
  ]);
  const styled = styles.length > 0 ? { styleId: indexOf('style', style ?? 0, [styles]) } : {};
  return {
    ...defaults,
    labels: [{ classId, ...styled, weight: 1 }],
    seed: crypto.getRandomValues(new Uint32Array(1))[0] % (requestLimits.seed.max + 1),
    ...{ images: 1, variation: variation?.default ?? 0, budget: 0, preview: 'off' },
    ...{ dynamicWidth: dynamic, dynamicTokens: dynamic },
    ...wish,
  };
}

/** @param lists of names, of one length */
function indexOf(
  what: string,
  wanted: string | number,
  lists: readonly (readonly string[])[],
): number {
  if (typeof wanted === 'number') return wanted;
  // What no compiler has seen may be null.
  const sought = typeof wanted === 'string' ? wanted.trim().toLowerCase() : '';
  for (const names of lists) {
    const found = names.findIndex((name) => name.toLowerCase() === sought);
    if (found >= 0 && sought !== '') return found;
  }
  throw new DyditError(
    'invalid-request',
    `This model has no ${what} called ${JSON.stringify(wanted)}.`,
    `Take one of model.${what === 'class' ? 'classes' : 'styles'}.`,
  );
}
