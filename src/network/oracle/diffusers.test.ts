import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { TensorMap } from '../../checkpoint/checkpoint';
import { readFloat32 } from '../../checkpoint/decode';
import { openCheckpoint } from '../../checkpoint/open';
import { inferDitConfig } from '../dit/infer-config';
import { timestepEmbedding } from '../dit/timestep-embedding';
import { referenceForward } from './forward';
import { timestepSinusoids } from './sinusoids';
import { expectClose } from './testing/expect-close';

// What diffusers' DiTTransformer2DModel makes of the same weights; see checkpoint/fixtures/make_field.py.
const folder = new URL('../../checkpoint/fixtures/field/diffusers-dit/', import.meta.url);

async function open(name: string): Promise<TensorMap> {
  const file = new Blob([await readFile(new URL(name, folder))]);
  return (await openCheckpoint(file, name)).tensors;
}

async function numbers(tensors: TensorMap): Promise<Map<string, Float32Array<ArrayBuffer>>> {
  const read = [...tensors.values()].map(
    async (tensor) => [tensor.name, await readFloat32(tensor)] as const,
  );
  return new Map(await Promise.all(read));
}

it("a diffusers DiT under the official names computes what diffusers' code does", async () => {
  const tensors = await open('weights.safetensors');
  const hints = { numHeads: 2, inputSize: 4, timeFrequencies: 'diffusers' } as const;
  const config = inferDitConfig(tensors, hints);
  expect(config).toMatchObject({ depth: 2, numClasses: 3, nullClass: true, learnSigma: true });
  const weights = await numbers(tensors);
  const outputs = await numbers(await open('outputs'));
  const all = (name: string) => outputs.get(name) ?? new Float32Array();
  for (const item of [0, 1]) {
    const part = (name: string) => {
      const size = all(name).length / 2;
      return all(name).subarray(item * size, (item + 1) * size);
    };
    const input = { x: part('x'), t: part('t')[0], y: part('y')[0] };
    const { out } = referenceForward(config, weights, input, { width: false, tokens: false });
    expectClose(out, part('out'), 1e-4);
  }
});

it('the engine embeds time by the frequencies of either code, flow models on their own scale', () => {
  for (const of of ['official', 'diffusers'] as const) {
    const engine = timestepEmbedding([700], { objective: 'epsilon', timeFrequencies: of });
    expectClose(engine, timestepSinusoids(700, of), 1e-4);
  }
  const ownScale = timestepEmbedding([250], { objective: 'flow-v', timeScale: 1 });
  expectClose(ownScale, timestepSinusoids(0.25), 1e-6);
  expect(timestepSinusoids(700, 'diffusers')).not.toEqual(timestepSinusoids(700, 'official'));
});
