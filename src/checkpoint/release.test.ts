import { expect, test } from 'vitest';
import { release } from './release';

test('memory that is given back is gone at once', () => {
  const [floats, bytes] = [new Float32Array(4), new Uint8Array(3)];
  release(floats, bytes);
  expect(floats.length + bytes.length).toBe(0);
});

test('a part of a larger buffer stays: others may need the rest', () => {
  const whole = new Float32Array([1, 2, 3]);
  release(whole.subarray(1));
  expect([...whole]).toEqual([1, 2, 3]);
});

test('memory that threads share stays', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2));
  release(shared);
  expect(shared.length).toBe(2);
});

test('two views of one buffer give it back once', () => {
  const floats = new Float32Array(4);
  let times = 0;
  const transfer = () => {
    times++;
    // As browsers do: a buffer that is gone can't be given back again.
    structuredClone(floats.buffer, { transfer: [floats.buffer] });
  };
  Object.defineProperty(floats.buffer, 'transfer', { value: transfer });
  release(floats, new Uint8Array(floats.buffer));
  release(floats);
  expect(times).toBe(1);
});
