import * as v from 'valibot';
import { DyditError } from '../errors';

/*
 * What a caller may pass, for callers whose compiler does not say so: a mistyped name would be left
 * aside in silence, and a text taken for a number.
 */

/** Another window's signals and files are of another class: they are known by what they have. */
const signal = v.looseObject({ aborted: v.boolean() });
const file = v.looseObject({ name: v.string(), size: v.number(), slice: v.function() });

const engineOptions = v.strictObject({
  backend: v.optional(v.picklist(['auto', 'webgpu', 'wasm'])),
  card: v.optional(v.picklist(['high-performance', 'low-power'])),
  precision: v.optional(v.picklist(['exact', 'fast'])),
  threads: v.optional(v.number()),
  signal: v.optional(signal),
});

const modelSource = v.variant('kind', [
  v.strictObject({ kind: v.literal('manifest'), url: v.string() }),
  v.strictObject({
    kind: v.literal('files'),
    name: v.string(),
    files: v.array(file),
    choice: v.optional(v.looseObject({})),
    address: v.optional(v.string()),
  }),
  v.strictObject({ kind: v.literal('stored'), id: v.string(), name: v.string() }),
]);

/** What a model takes is another question, which is asked by `validateRequest`. */
const askedLater = v.optional(v.unknown());

const label = v.strictObject({ classId: askedLater, styleId: askedLater, weight: askedLater });

const generateRequest = v.strictObject({
  sampler: askedLater,
  steps: askedLater,
  guidance: askedLater,
  guidanceChannels: askedLater,
  seed: askedLater,
  images: askedLater,
  labels: v.array(label),
  variation: askedLater,
  moves: v.optional(v.record(v.string(), v.unknown())),
  budget: askedLater,
  dynamicWidth: v.boolean(),
  dynamicTokens: v.boolean(),
  preview: v.picklist(['auto', 'off']),
});

/** @throws DyditError `invalid-request` naming the first option that is none, or is of a wrong kind */
export function assertEngineOptions(options: unknown): void {
  assertShape('options of the engine', engineOptions, options);
}

/** @throws DyditError `invalid-request` as `assertEngineOptions` */
export function assertModelSource(source: unknown): void {
  assertShape('source of a model', modelSource, source);
}

/** @throws DyditError `invalid-request` as `assertEngineOptions` */
export function assertRequestShape(request: unknown): void {
  assertShape('request', generateRequest, request);
}

/** @param what a noun, as it is called in a sentence */
function assertShape(what: string, schema: v.GenericSchema, value: unknown): void {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return;
  const [issue] = result.issues;
  const message = wordsOf(what, v.getDotPath(issue), issue);
  throw new DyditError('invalid-request', message, 'Correct the call and try again.');
}

function wordsOf(
  what: string,
  path: string | null,
  { expected, received }: Pick<v.BaseIssue<unknown>, 'expected' | 'received'>,
): string {
  if (path === null) return `The ${what} is ${received}; ${expected} was expected.`;
  if (expected === 'never') return `The ${what} has nothing called ${path}.`;
  if (received === 'undefined') return `The ${what} lacks ${path}.`;
  return `In the ${what}, ${path} is ${received}; ${expected} was expected.`;
}
