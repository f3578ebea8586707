import { sha256OfText } from '../checkpoint/integrity';
import { DyditError } from '../errors';

/** Entry of a manifest that holds the hash of all others; one without it is taken as it is. */
const entry = 'sha256';

/** The text of a manifest, with a hash by which `expectUndamaged` knows that nothing of it changed. */
export function manifestText(manifest: object): string {
  // As it will be read: entries that are undefined are left out.
  const json: unknown = JSON.parse(JSON.stringify(manifest));
  return JSON.stringify({ ...manifest, [entry]: hashOf(json) }, undefined, 1);
}

/**
 * Holds a manifest against its own hash, where it has one: a digit that flips may make another number
 * that is as valid.
 * @param json parsed manifest
 * @throws DyditError `checkpoint-broken`
 */
export function expectUndamaged(json: unknown): void {
  const damage = damageOf(json);
  if (damage) throw damage;
}

/** What `expectUndamaged` throws; undefined where there is nothing wrong. */
export function damageOf(json: unknown): DyditError | undefined {
  if (typeof json !== 'object' || json === null || !(entry in json)) return undefined;
  const { [entry]: said, ...rest } = json;
  if (said === hashOf(rest)) return undefined;
  return new DyditError(
    'checkpoint-broken',
    'The model’s manifest is damaged: it is not what it was when it was written.',
    `Fetch it again, or convert the model anew. If somebody changed the manifest on purpose, its entry "${entry}" has to go.`,
  );
}

/** Of what a JSON value says, however it is laid out and in whatever order its entries come. */
function hashOf(json: unknown): string {
  return sha256OfText(JSON.stringify(sorted(json)));
}

function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (typeof json !== 'object' || json === null) return json;
  // Pairs, as an object would put keys that are numbers first.
  return Object.entries(json)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => [key, sorted(value)]);
}
