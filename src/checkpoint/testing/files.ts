import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import type { Checkpoint } from '../checkpoint';
import { bytesPerElement, elementCount } from '../layout';

const fixtures = new URL('../fixtures/', import.meta.url);
const cases = new URL('../../../conformance/cases/', import.meta.url);

const expectedSchema = v.record(v.string(), v.record(v.string(), v.string()));
const expected = v.parse(
  expectedSchema,
  JSON.parse(readFileSync(new URL('expected.json', fixtures), 'utf8')),
);

/** Files PyTorch or safetensors wrote and read back; see fixtures/make_fixtures.py. */
export const filesWithExpectation: readonly string[] = Object.keys(expected);

/** A file of fixtures/, or, where the name has a folder, of the conformance cases. */
export function readFixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(name, name.includes('/') ? cases : fixtures)));
}

/** What PyTorch read from a fixture, in the form of `describeTensors`. */
export function expectedTensors(name: string): Record<string, string> {
  return expected[name] ?? {};
}

/** Every tensor as "dtype [shape] sha256 of its bytes", all of them read. */
export async function describeTensors(checkpoint: Checkpoint): Promise<Record<string, string>> {
  const descriptions: Record<string, string> = {};
  for (const [name, tensor] of checkpoint.tensors) {
    const hash = createHash('sha256').update(await tensor.bytes());
    descriptions[name] = `${tensor.dtype} [${tensor.shape.join(',')}] ${hash.digest('hex')}`;
  }
  return descriptions;
}

/** Reads every tensor and checks that it has as many bytes as its shape and type say. */
export async function readAll(checkpoint: Checkpoint): Promise<Map<string, Uint8Array>> {
  const contents = new Map<string, Uint8Array>();
  for (const [name, tensor] of checkpoint.tensors) {
    const bytes = await tensor.bytes();
    const count = elementCount(tensor.shape);
    if (count === undefined || bytes.length !== count * bytesPerElement[tensor.dtype]) {
      throw new Error(`"${name}" has ${bytes.length} bytes for shape [${tensor.shape.join(', ')}]`);
    }
    contents.set(name, bytes);
  }
  return contents;
}
