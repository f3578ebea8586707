import { createStore, get, set } from 'idb-keyval';
import * as v from 'valibot';
import type { ModelAnswers } from '../../network/answers/answers';
import type { ModelChoice } from './model-choice';

/** Remembers what was answered about files, by the identity of their bytes. None of it rejects. */
export interface ChoiceMemory {
  recall(filesIdentity: string): Promise<ModelChoice | undefined>;
  remember(filesIdentity: string, choice: ModelChoice): Promise<void>;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1));

const answersSchema = v.object({
  numHeads: v.exactOptional(count),
  prediction: v.exactOptional(v.picklist(['epsilon', 'v', 'flow-v'])),
  timeScale: v.exactOptional(v.number()),
  timeFrequencies: v.exactOptional(v.picklist(['official', 'diffusers'])),
  numClasses: v.exactOptional(count),
  nullClass: v.exactOptional(v.boolean()),
  inputSize: v.exactOptional(count),
  space: v.exactOptional(v.picklist(['latents', 'pixels'])),
  latentScale: v.exactOptional(v.number()),
  latentShift: v.exactOptional(v.number()),
  normGroups: v.exactOptional(count),
  classNames: v.exactOptional(v.array(v.string())),
  imageNet: v.exactOptional(v.boolean()),
});

const schema = v.object({
  weights: v.exactOptional(v.string()),
  answers: v.exactOptional(answersSchema),
});

/** Answers as anyone may have written them; undefined where one makes no sense. */
export function parseAnswers(answers: unknown): ModelAnswers | undefined {
  const read = v.safeParse(answersSchema, answers);
  return read.success ? read.output : undefined;
}

/** Where a browser forbids storage, answers last as long as the page. */
export function browserChoiceMemory(): ChoiceMemory {
  const here = new Map<string, ModelChoice>();
  // Opened when it is first used, and anew after that failed.
  const store = createStore('dydit-web-choices-1', 'choices');
  return {
    async recall(identity) {
      const known = here.get(identity);
      if (known) return known;
      try {
        const read = v.safeParse(schema, await get<unknown>(identity, store));
        return read.success ? read.output : undefined;
      } catch {
        return undefined;
      }
    },
    async remember(identity, choice) {
      here.set(identity, choice);
      try {
        await set(identity, choice, store);
      } catch {
        // Forbidden or full: what this page has is all there is.
      }
    },
  };
}
