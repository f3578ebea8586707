import { expect, it } from 'vitest';
import type { CheckpointTensor } from '../tensor';
import { fromDiffusersDit } from './diffusers-dit';

function tensorsNamed(...names: readonly string[]): ReadonlyMap<string, CheckpointTensor> {
  const bytes = () => Promise.resolve(new Uint8Array(8));
  return new Map(names.map((name) => [name, { name, dtype: 'f32', shape: [2], bytes }] as const));
}

const projections = ['q', 'k', 'v'].map((letter) => `transformer_blocks.0.attn1.to_${letter}.bias`);

it('stacks query, key and value', () => {
  expect([...fromDiffusersDit(tensorsNamed(...projections)).keys()]).toEqual([
    'blocks.0.attn.qkv.bias',
  ]);
});

it.each([0, 1, 2])('keeps what has nothing to be stacked with, so that it can be named', (left) => {
  const others = projections.filter((_, i) => i !== left);
  expect([...fromDiffusersDit(tensorsNamed(...others)).keys()]).toEqual(
    others.map((name) => name.replace('transformer_blocks', 'blocks')),
  );
});
