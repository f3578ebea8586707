import { describe, expect, it } from 'vitest';
import { recommendedKeep } from './keep-choice';

const GB = 1e9;

/** DyDiT-XL/2. */
const large = {
  dtype: 'f32',
  keptBytes: { f32: 2.7 * GB, f16: 1.36 * GB, int8: 0.7 * GB },
} as const;

describe('the type that is recommended', () => {
  it('is none for a small model', () => {
    const keptBytes = { f32: 1e8, f16: 5e7, int8: 2.5e7 };
    expect(recommendedKeep({ dtype: 'f32', keptBytes })).toBe('no');
  });

  it('is f16 where nothing speaks against it, int8 where the model came so', () => {
    expect(recommendedKeep(large)).toBe('f16');
    expect(recommendedKeep(large, { deviceBytes: 8 * GB, storeBytes: 10 * GB })).toBe('f16');
    expect(recommendedKeep({ ...large, dtype: 'int8' })).toBe('int8');
  });

  it('is int8 where the machine or its store has no room for halves', () => {
    expect(recommendedKeep(large, { deviceBytes: 2 * GB })).toBe('int8');
    expect(recommendedKeep(large, { storeBytes: 1 * GB })).toBe('int8');
    const engine = { totalBytes: 1 * GB, int8Bytes: 1, lanes: 1 } as const;
    expect(recommendedKeep(large, { engine })).toBe('int8');
  });

  it('is none where the store has no room for any', () => {
    expect(recommendedKeep(large, { storeBytes: 0.5 * GB })).toBe('no');
  });
});
