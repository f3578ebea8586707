import { beforeAll, describe, expect, it } from 'vitest';
import type { MemoryLimits } from '../../backend/backend';
import { DyditError } from '../../errors';
import { expectFit, memoryNeed } from './fit';
import { resolveFiles, type ResolvedModel } from './resolve';
import { caseFile } from './testing/field';

let model: ResolvedModel;
beforeAll(async () => {
  model = await resolveFiles([{ name: 'tiny.pt', blob: await caseFile('tiny', 'tiny.pt') }]);
});

function failureWith(limits: MemoryLimits): DyditError | undefined {
  try {
    expectFit(model, limits);
    return undefined;
  } catch (thrown) {
    return DyditError.from(thrown);
  }
}

describe('a model is held against the memory of an engine', () => {
  it('by its weights, its largest tensor and a picture', () => {
    const { weights, picture, largest } = memoryNeed(model);
    const elements = [...model.dit.tensors.values()].map(({ shape }) =>
      shape.reduce((product, size) => product * size, 1),
    );
    expect(weights).toBe(4 * elements.reduce((sum, count) => sum + count, 0));
    expect(largest.bytes).toBe(4 * Math.max(...elements));
    // At the least the two items' tokens and their MLP.
    expect(picture).toBeGreaterThan(2 * 16 * (96 + 4 * 96) * 4);
    expect(failureWith({})).toBeUndefined();
    expect(failureWith({ totalBytes: weights + picture, largestBytes: largest.bytes })).toBe(
      undefined,
    );
  });

  it('what does not fit is refused with the numbers and what would fit', () => {
    const { weights, picture } = memoryNeed(model);
    const failure = failureWith({ totalBytes: weights + picture - 1 });
    expect(failure).toMatchObject({ code: 'limit-too-small' });
    expect(failure?.message).toContain(`${(weights / 1e6).toFixed(1)} MB`);
    expect(failure?.advice).toMatch(/as f16: 1\.\d MB/);
    expect(failureWith({ totalBytes: weights / 4 })?.advice).toMatch(/smaller model/);
  });

  it('a tensor that no binding holds is named', () => {
    const { largest } = memoryNeed(model);
    const failure = failureWith({ largestBytes: largest.bytes - 1 });
    expect(failure?.message).toContain(largest.name);
    expect(failure?.advice).toMatch(/f16/);
    expect(failureWith({ largestBytes: 10 })?.advice).toMatch(/processor/);
  });
});
