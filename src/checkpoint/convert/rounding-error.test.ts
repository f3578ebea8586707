import { expect, test } from 'vitest';
import type { CheckpointDtype, CheckpointTensor } from '../tensor';
import { convertedTensor, type TargetDtype } from './converted-tensor';
import { roundingError } from './rounding-error';

function tensor(
  values: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer>,
  dtype: CheckpointDtype,
): CheckpointTensor {
  return {
    ...{ name: 'w', dtype, shape: [2, values.length / 2] },
    bytes: () => Promise.resolve(new Uint8Array(values.slice().buffer)),
  };
}

async function errorOf(source: CheckpointTensor, target: TargetDtype) {
  const converted = convertedTensor(source, target);
  return roundingError(converted, await converted.convert());
}

test('f32 stays what it is', async () => {
  const same = { largest: 0, rms: 0 };
  expect(await errorOf(tensor(Float32Array.of(1, 2, 3, 0.1), 'f32'), 'f32')).toEqual(same);
  expect(await errorOf(tensor(new Float32Array(4), 'f32'), 'int8')).toEqual(same);
});

test('halves are 2^-11 apart from 1 on', async () => {
  // A quarter of a step off; the others are halves.
  const off = 2 ** -12;
  const { largest, rms } = await errorOf(tensor(Float32Array.of(1 + off, 2, -4, 0), 'f32'), 'f16');
  expect(largest).toBeCloseTo(off / 4, 12);
  expect(rms).toBeCloseTo(off / Math.sqrt((1 + off) ** 2 + 4 + 16), 12);
});

test('int8 has a scale for each row: the small row is not off by the large one’s', async () => {
  const scale = (largest: number): number => (largest / 127) * (1 + 2 ** -10);
  const values = Float32Array.of(100, 0.4 * scale(100), 1, 0);
  const { largest } = await errorOf(tensor(values, 'f32'), 'int8');
  // 0.4 of a step is rounded to none; the scale is rounded to a half, by 2^-11 of itself at most.
  expect(largest).toBeGreaterThan(0.39 / 127);
  expect(largest).toBeLessThan(0.41 / 127 + 2 ** -9);
  const alone = await errorOf(tensor(Float32Array.of(1, 0, 1, 0), 'f32'), 'int8');
  expect(alone.largest).toBeLessThan(2 ** -9);
});

test('int8 has a scale for every 64 columns: an outlier makes no others coarse', async () => {
  const values = new Float32Array(2 * 128);
  // The first row: 100 among the first 64, 0.4 in the others, which steps of 100 / 127 would make 0 or 0.8.
  values.fill(0.4, 64, 128);
  values[5] = 100;
  const converted = convertedTensor(tensor(values, 'f32'), 'int8');
  expect(converted.outputs.map(({ shape, bytes }) => [...shape, bytes])).toEqual([
    [2, 128, 256],
    [2, 2, 8],
  ]);
  const { largest } = await roundingError(converted, await converted.convert());
  expect(largest * 100).toBeLessThan(0.2);
});

test.each([
  [4, 1],
  [64, 1],
  [66, 1], // no two groups of a multiple of four
  [72, 2],
  [96, 2],
  [144, 3],
  [148, 1], // 37 groups of four are none
  [1152, 18],
  [4608, 72],
])('%i columns have %i scales', (columns, groups) => {
  const { outputs } = convertedTensor(tensor(new Float32Array(2 * columns), 'f32'), 'int8');
  expect(outputs[1].shape).toEqual([2, groups]);
});

test('f64 that is narrowed is compared with what the file has', async () => {
  const { largest } = await errorOf(tensor(Float64Array.of(1 + 2 ** -30, 0, 0, 0), 'f64'), 'f32');
  expect(largest).toBeCloseTo(2 ** -30, 15);
});

test('bf16 is widened without loss, and halves hold its usual numbers', async () => {
  const bits = Uint16Array.of(0x3f80, 0x4049, 0xbf00, 0); // 1, 3.140625, -0.5, 0
  const source = tensor(bits, 'bf16');
  expect(await errorOf(source, 'f32')).toEqual({ largest: 0, rms: 0 });
  expect(await errorOf(source, 'f16')).toEqual({ largest: 0, rms: 0 });
});
