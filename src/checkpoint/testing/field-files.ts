import { readFileSync } from 'node:fs';
import * as v from 'valibot';

const folder = new URL('../fixtures/field/', import.meta.url);

const schema = v.object({
  files: v.record(v.string(), v.number()),
  weights: v.array(v.record(v.string(), v.string())),
});
const expected = v.parse(
  schema,
  JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')),
);

/** A file of fixtures/field, which make_field.py wrote. */
export function readFieldFile(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(name, folder)));
}

/** The weights that PyTorch wrote into a file of fixtures/field, in the form of `describeTensors`. */
export function expectedWeights(name: string): Record<string, string> {
  const weights = expected.weights.at(expected.files[name] ?? -1);
  if (!weights || !(name in expected.files)) throw new Error(`nothing is expected of ${name}`);
  return weights;
}
