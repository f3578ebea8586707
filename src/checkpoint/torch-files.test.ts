import { describe, expect, it } from 'vitest';
import { openCheckpoint } from './open';
import { expectFailure } from './testing/expect-failure';
import {
  describeTensors,
  expectedTensors,
  filesWithExpectation,
  readFixture,
} from './testing/files';
import { WatchedBlob } from './testing/watched-blob';

function open(name: string) {
  return openCheckpoint(new WatchedBlob([readFixture(name)]), name);
}

describe('files that PyTorch and safetensors wrote', () => {
  it.each(filesWithExpectation)('%s holds the tensors PyTorch reads from it', async (name) => {
    const checkpoint = await open(name);
    const expected = expectedTensors(name);
    expect(Object.keys(expected).length).toBeGreaterThan(0);
    expect(await describeTensors(checkpoint)).toEqual(expected);
    expect(checkpoint.format).toBe(name.endsWith('.pt') ? 'pytorch' : 'safetensors');
  });

  it('hands out the metadata of a safetensors file', async () => {
    const { metadata } = await open('types.safetensors');
    expect([...metadata]).toEqual([['made_by', 'make_fixtures.py']]);
  });

  it('reads only the index on opening, and of a tensor only its own bytes', async () => {
    const file = new WatchedBlob([readFixture('wide/model.pt')]);
    const { tensors } = await openCheckpoint(file, 'model.pt');
    expect(file.bytesRead).toBeLessThan(200_000);
    const before = file.bytesRead;
    const bytes = await tensors.get('pos_embed')?.bytes();
    expect(bytes).toHaveLength(64 * 144 * 4);
    expect(file.bytesRead - before).toBeLessThan(64 * 144 * 4 + 200);
  });
});

describe('files that are refused, by name', () => {
  it.each([
    ['legacy.pt', /format of PyTorch before 1\.6/],
    ['script.pt', /TorchScript/],
    ['uint16.pt', /Tensor "a" is of the type "torch\.uint16"/],
    ['complex.pt', /Tensor "a" is of the type "torch\.ComplexFloatStorage"/],
    ['expanded.pt', /Tensor "a" is of shape \[4\] .* repeats elements of its storage/],
    ['no-tensors.pt', /holds no tensors; its keys are "epoch", "note"/],
  ])('%s', async (name, message) => {
    await expectFailure(() => open(name), 'checkpoint-unsupported', message);
  });
});
