import { openAsBlob } from 'node:fs';
import { resolve } from 'node:path';
import { readFloat32 } from '../../src/checkpoint/decode';
import { openCheckpoint } from '../../src/checkpoint/open';
import type { TensorMap } from '../../src/checkpoint/tensor';
import { createWasmBackend } from '../../src/backend/wasm/wasm-backend';
import { inferVaeConfig } from '../../src/network/vae/config';
import { Vae } from '../../src/network/vae/vae';
import { denseFloats } from '../../src/ops/tensor';

/** Files of make.py and the picture that each must make. */
const cases = [
  ['diffusers-f32.safetensors', 'image.f32'],
  ['diffusers-f16.safetensors', 'image.f16'],
  ['ldm-f32.ckpt', 'image.f32'],
  ['ldm-f16.ckpt', 'image.f16'],
] as const;

/** Of the largest |value| of the picture. */
const tolerance = 1e-3;

async function open(folder: string, name: string): Promise<TensorMap> {
  return (await openCheckpoint(await openAsBlob(resolve(folder, name)), name)).tensors;
}

async function tensorOf(tensors: TensorMap, name: string) {
  const tensor = tensors.get(name);
  if (!tensor) throw new Error(`expected.safetensors has no "${name}".`);
  return { shape: tensor.shape, values: await readFloat32(tensor) };
}

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('Usage: npm run conformance:vae -- FOLDER, of conformance/vae/make.py');
  process.exit(2);
}
const expected = await open(folder, 'expected.safetensors');
const z = await tensorOf(expected, 'z');
const side = z.shape[3];
let failed = 0;
for (const [file, picture] of cases) {
  const reference = (await tensorOf(expected, picture)).values;
  const backend = await createWasmBackend({});
  const [lane] = backend.lanes;
  const tensors = await open(folder, file);
  const vae = await Vae.load(backend, inferVaeConfig(tensors), tensors);
  await vae.prepare(side);
  const latent = lane.allocate('latent', denseFloats(z.shape[1], side ** 2));
  lane.write(latent, z.values);
  const made = await vae.decodeFloat(latent, 0);
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = made.reduce((most, value, i) => Math.max(most, Math.abs(value - reference[i])), 0);
  const pass = made.length === reference.length && error <= tolerance * largest;
  if (!pass) failed++;
  const share = (error / largest).toExponential(2);
  console.log(`${pass ? 'pass' : 'FAIL'}  ${file}: off by ${share} of the largest value`);
  backend.destroy();
}
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
