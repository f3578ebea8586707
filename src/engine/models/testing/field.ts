import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { safetensorsHeader } from '../../../checkpoint/convert/safetensors-header';
import { readFloat32 } from '../../../checkpoint/decode';
import { writeSafetensors } from '../../../checkpoint/testing/safetensors-file';
import { openCheckpoint } from '../../../checkpoint/open';

const cases = new URL('../../../../conformance/cases/', import.meta.url);
const fixtures = new URL('../../../checkpoint/fixtures/field/', import.meta.url);

/** f32 tensors by name. */
export type Weights = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly values: Float32Array<ArrayBuffer> }
>;

/** The weights of a conformance case. */
export async function caseWeights(name: string): Promise<Weights> {
  const blob = await openAsBlob(new URL(`${name}/model.pt`, cases));
  const { tensors } = await openCheckpoint(blob, name);
  const weights = new Map<
    string,
    { shape: readonly number[]; values: Float32Array<ArrayBuffer> }
  >();
  for (const tensor of tensors.values()) {
    weights.set(tensor.name, { shape: tensor.shape, values: await readFloat32(tensor) });
  }
  return weights;
}

/** A conformance case's file under any name. */
export async function caseFile(name: string, as: string): Promise<File> {
  return new File([await openAsBlob(new URL(`${name}/model.pt`, cases))], as);
}

/** A file of checkpoint/fixtures/field, which PyTorch and diffusers wrote, under any name. */
export async function fieldFile(name: string, as = name): Promise<File> {
  return new File([await readFile(new URL(name, fixtures))], as);
}

/** A file of network/fixtures/vae, which diffusers wrote, under any name. */
export async function vaeFile(name: string, as = name): Promise<File> {
  const folder = new URL('../../../network/fixtures/vae/', import.meta.url);
  return new File([await readFile(new URL(name, folder))], as);
}

export function textFile(name: string, text: string): File {
  return new File([text], name);
}

/** A `.safetensors` file of these weights. */
export function safetensorsFile(name: string, weights: Weights): File {
  const entries = [...weights].map(([tensor, { shape, values }]) => ({
    ...{ name: tensor, dtype: 'F32' as const, shape, bytes: values.byteLength },
  }));
  const parts = [...weights.values()].map(({ values }) => new Uint8Array(values.buffer));
  return new File([safetensorsHeader(entries), ...parts], name);
}

/** The same weights in two files, named as Hugging Face does. */
export function shards(weights: Weights): readonly [File, File] {
  const entries = [...weights];
  const half = Math.floor(entries.length / 2);
  const [a, b] = [entries.slice(0, half), entries.slice(half)].map((part) => new Map(part));
  return [
    safetensorsFile('model-00001-of-00002.safetensors', a),
    safetensorsFile('model-00002-of-00002.safetensors', b),
  ];
}

export function renamed(weights: Weights, rename: (name: string) => string): Weights {
  return new Map([...weights].map(([name, tensor]) => [rename(name), tensor]));
}

/** Weights whose numbers bf16 has. */
export function cutToBf16(weights: Weights): Weights {
  return new Map(
    [...weights].map(([name, { shape, values }]) => {
      const bits = new Uint32Array(values.slice().buffer).map((each) => each & 0xffff0000);
      return [name, { shape, values: new Float32Array(bits.buffer) }] as const;
    }),
  );
}

/** A `.safetensors` file of weights in bf16, which has their numbers. */
export function bf16File(name: string, weights: Weights): File {
  const tensors = [...weights].map(([tensor, { shape, values }]) => {
    const halves = Uint16Array.from(new Uint32Array(values.slice().buffer), (bits) => bits >>> 16);
    return { name: tensor, dtype: 'BF16', shape, bytes: new Uint8Array(halves.buffer) };
  });
  return new File([writeSafetensors(tensors)], name);
}
