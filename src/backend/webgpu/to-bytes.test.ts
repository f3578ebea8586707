import { expect, test } from 'vitest';
import { toBytes } from './to-bytes';

test('rounds to steps of 1/127 of the largest magnitude of a row', () => {
  const { bytes, scales } = toBytes(Float32Array.of(1, -0.5, 0.25, 0, 0, 0, -3, 3, 0.02), 3);
  expect([...scales]).toEqual([1, 0, 3]);
  expect([...bytes]).toEqual([127, -63, 32, 0, 0, 0, -127, 127, 1]);
});

test('takes halves', () => {
  // 1 and -2
  const { bytes, scales } = toBytes(Uint16Array.of(0x3c00, 0xc000), 1);
  expect([...scales]).toEqual([2]);
  expect([...bytes]).toEqual([64, -127]);
});
