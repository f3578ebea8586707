import type { InspectedModel } from './inspect';

/** The sets of weights of a model's file and the one that is taken; none where there is but one. */
export function weightsWords({ choices, chosen }: InspectedModel): readonly string[] {
  if (choices.length < 2) return [];
  const named = (name: string) => name || 'the file itself';
  const names = choices.map(({ name }) => named(name)).join(', ');
  return [`Weights: ${names}; taken: ${named(chosen)}`];
}

/** What files do not say of their model, a sentence each; the likeliest answer is taken. */
export function openWords({ questions }: InspectedModel): readonly string[] {
  return questions
    .filter(({ open }) => open)
    .map(({ id, text, options }) => {
      const [first, ...others] = options.map(({ value }) => JSON.stringify(value));
      return others.length > 0
        ? `${id}: ${first}  (${text} Or ${others.join(', ')})`
        : `${id}: ${first}  (${text})`;
    });
}

/** All that was taken for granted, for who has not been asked. */
export function assumed(model: InspectedModel): readonly string[] {
  const open = openWords(model).map((words) => `Not said by the file, and taken: ${words}`);
  return [...weightsWords(model), ...open];
}
