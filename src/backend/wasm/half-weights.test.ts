import { expect, test } from 'vitest';
import { halfToFloat } from '../../checkpoint/half';
import { wholeAxis } from '../../ops/axis';
import { Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import { createWasmBackend } from './wasm-backend';

/** What a layer of one input makes of 1: its weights. */
async function readBack(weight: Uint16Array<ArrayBuffer>): Promise<Float32Array> {
  const backend = await createWasmBackend({ threads: 1, widenedBytes: 0 });
  const [lane] = backend.lanes;
  const layer = {
    kind: 'linear',
    name: 'halves',
    n: wholeAxis(weight.length),
    k: wholeAxis(1),
  } as const;
  const net = new Recorder('Halves');
  const x = net.external('x', rowsOf(1, layer.k));
  const y = net.external('y', rowsOf(1, layer.n));
  net.linear(x, layer, { into: y });
  const weights = lane.createWeights('Halves');
  await weights.upload({ layer, weight, bias: new Float32Array(weight.length) });
  const storage = { x: lane.allocate('x', x), y: lane.allocate('y', y) };
  lane.write(storage.x, Float32Array.of(1));
  await (await lane.compile(net.finish(), { weights, storage })).run();
  const values = await lane.readFloats(storage.y);
  backend.destroy();
  return values;
}

test('every finite half is widened exactly, subnormal ones too', async () => {
  const finite = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter(
    (bits) => (bits & 0x7c00) !== 0x7c00,
  );
  // Adding 0 makes +0 of -0, as a sum does.
  const expected = Float32Array.from(finite, (bits) => halfToFloat(bits) + 0);
  expect(await readBack(finite)).toEqual(expected);
});

test('halves that are not finite stay so', async () => {
  const values = await readBack(Uint16Array.of(0x7c00, 0xfc00, 0x7e00, 0x3c00));
  expect([...values]).toEqual([Infinity, -Infinity, NaN, 1]);
});
