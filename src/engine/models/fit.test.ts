import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MemoryLimits } from '../../backend/backend';
import { DyditError } from '../../errors';
import { expectFit, memoryNeed, type MemoryNeed } from './fit';
import { keepModel } from './keep';
import { resolveFiles, type ResolvedModel } from './resolve';
import { filesOfStored } from './stored-models';
import { caseFile } from './testing/field';
import { memoryStorage } from './testing/memory-storage';

let model: ResolvedModel;
beforeAll(async () => {
  model = await resolveFiles([{ name: 'tiny.pt', blob: await caseFile('tiny', 'tiny.pt') }]);
});

/** A processor that widens int8 weights, unless the test says otherwise. */
function limits(patch: Partial<MemoryLimits> = {}): MemoryLimits {
  return { int8Bytes: 4, lanes: 1, ...patch };
}

function need(images: number, keptAs?: 'f16' | 'int8', patch?: Partial<MemoryLimits>): MemoryNeed {
  return memoryNeed(model, limits(patch), images, keptAs);
}

function failureWith(of: Partial<MemoryLimits>, images?: number): DyditError | undefined {
  try {
    expectFit(model, limits(of), images);
    return undefined;
  } catch (thrown) {
    return DyditError.from(thrown);
  }
}

const headerSchema = v.record(
  v.string(),
  v.object({ dtype: v.string(), shape: v.array(v.number()) }),
);

/** The tensors of a safetensors file, by what it says itself. */
async function headerOf(blob: Blob): Promise<v.InferOutput<typeof headerSchema>> {
  const length = new DataView(await blob.slice(0, 8).arrayBuffer()).getUint32(0, true);
  return v.parse(headerSchema, JSON.parse(await blob.slice(8, 8 + length).text()));
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

describe('what a model takes', () => {
  it('is its weights, and what its pictures are made in', () => {
    const elements = [...model.dit.tensors.values()].map(({ shape }) =>
      shape.reduce((product, size) => product * size, 1),
    );
    expect(need(1).weights).toBe(4 * elements.reduce((sum, count) => sum + count, 0));
    // Two items of 16 tokens, D 96: what the MLP works on is the largest tensor but for modulations.
    expect(need(1).largest).toBeGreaterThanOrEqual(2 * 16 * 4 * 96 * 4);
    expect(need(1).pictures).toBeGreaterThan(need(1).largest);
    expect(need(4).pictures).toBeGreaterThan(2 * need(1).pictures);
    expect(need(4).weights).toBe(need(1).weights);
  });

  it('is a part of the pictures where several lanes share them', () => {
    expect(need(4, undefined, { lanes: 4 }).pictures).toBe(need(1).pictures);
  });

  it('is less in a smaller type, where the machine keeps it so', () => {
    const whole = need(1).weights;
    expect(need(1, 'f16').weights).toBeLessThan(0.6 * whole);
    expect(need(1, 'int8', { int8Bytes: 1 }).weights).toBeLessThan(0.4 * whole);
    expect(need(1, 'int8').weights).toBeGreaterThan(0.9 * whole);
  });

  it('as int8 is a byte for each number and four for each scale, before it is kept and after', async () => {
    const storage = memoryStorage();
    await keepModel(storage, model, { dtype: 'int8', folder: 'kept', from: [] });
    const files = await filesOfStored(storage, 'kept');
    const headers = await Promise.all(files.slice(1).map(({ blob }) => headerOf(blob)));
    const tensors = headers.flatMap((header) => Object.entries(header));
    const bytes = tensors.reduce((sum, [name, { dtype, shape }]) => {
      const elements = shape.reduce((product, size) => product * size, 1);
      const isScale = name.endsWith('.scale');
      return sum + elements * (isScale || dtype === 'F32' ? 4 : dtype === 'F16' ? 2 : 1);
    }, 0);
    const onCard = limits({ int8Bytes: 1 });
    expect(tensors.filter(([name]) => name.endsWith('.scale')).length).toBeGreaterThan(9);
    expect(memoryNeed(model, onCard, 1, 'int8').weights).toBe(bytes);
    expect(memoryNeed(await resolveFiles(files), onCard, 1).weights).toBe(bytes);
  });
});

describe('a model is held against the memory of an engine at the batch that was chosen', () => {
  it('and taken where it fits to the byte', () => {
    const { weights, pictures, largest } = need(4);
    expect(failureWith({}, 16)).toBeUndefined();
    const exact = { totalBytes: weights + pictures, largestBytes: largest };
    expect(failureWith(exact, 4)).toBeUndefined();
    expect(failureWith({ totalBytes: weights + pictures - 1 }, 4)?.code).toBe('limit-too-small');
    expect(failureWith({ largestBytes: largest - 1 }, 4)?.code).toBe('limit-too-small');
  });

  it('fewer pictures are offered where these fit', () => {
    const { weights, pictures } = need(2);
    const failure = failureWith({ totalBytes: weights + pictures }, 4);
    expect(failure?.message).toContain(inMegabytes(weights));
    expect(failure?.message).toContain(`4 pictures at once ${inMegabytes(need(4).pictures)}`);
    expect(failure?.advice).toMatch(/^Draw 2 pictures at once, or keep it in this browser as f16/);
  });

  it('a smaller type is offered where it would fit on this machine', () => {
    const half = need(1, 'f16').weights;
    const totalBytes = half + need(1).pictures;
    expect(failureWith({ totalBytes })?.advice).toBe(
      `Keep it in this browser as f16 (${inMegabytes(half)}).`,
    );
    const byte = need(1, 'int8', { int8Bytes: 1 }).weights;
    const least = { totalBytes: byte + need(1).pictures };
    expect(failureWith({ ...least, int8Bytes: 1 })?.advice).toBe(
      `Keep it in this browser as int8 (${inMegabytes(byte)}).`,
    );
    // Widened it is as large as f32.
    expect(failureWith(least)?.advice).toMatch(/smaller model/);
  });

  it('a tensor that no binding holds leads to fewer pictures, or to the processor', () => {
    const failure = failureWith({ largestBytes: need(3).largest }, 5);
    expect(failure?.message).toContain(inMegabytes(need(5).largest));
    expect(failure?.advice).toBe(
      'Draw 3 pictures at once, or compute on the processor, which has no such limit.',
    );
    expect(failureWith({ largestBytes: 10 })?.advice).toBe(
      'Compute on the processor, which has no such limit.',
    );
  });
});
