import { afterEach, describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import { Recorder } from '../../ops/recorder';
import { denseFloats, rowsOf } from '../../ops/tensor';
import { createReferenceBackend } from './backend';

const backend = createReferenceBackend();
const [lane] = backend.lanes;

afterEach(() => {
  backend.destroy();
});

const layer = { kind: 'linear', name: 'fc1', n: wholeAxis(1), k: wholeAxis(2) } as const;

function program(gated: boolean) {
  const net = new Recorder('Test');
  const x = net.external('x', rowsOf(1, wholeAxis(2)));
  const y = net.external('y', rowsOf(1, wholeAxis(1)));
  const gate = { layer: 0, unit: 'groups', repeat: 1 } as const;
  net.linear(x, layer, { into: y, n: gated ? gate : undefined });
  return net.finish();
}

async function compile(gated: boolean, uploaded: boolean) {
  const weights = lane.createWeights('the test');
  const numbers = { weight: Float32Array.of(1, 1), bias: Float32Array.of(0) };
  if (uploaded) await weights.upload({ layer, ...numbers });
  const x = lane.allocate('x', rowsOf(1, wholeAxis(2)));
  const y = lane.allocate('y', rowsOf(1, wholeAxis(1)));
  const executable = await lane.compile(program(gated), { weights, storage: { x, y } });
  return { executable, y };
}

describe('what a caller gets wrong is told', () => {
  test('weights that were not uploaded', async () => {
    const { executable } = await compile(false, false);
    await expect(executable.run()).rejects.toThrow('The weights of fc1 are not in the test.');
  });

  test('gates without a width', async () => {
    const { executable } = await compile(true, true);
    await expect(executable.run()).rejects.toThrow('without a width');
  });

  test('an external tensor without storage, or of another size', async () => {
    const weights = lane.createWeights('the test');
    const x = lane.allocate('x', rowsOf(1, wholeAxis(2)));
    const missing = lane.compile(program(false), { weights, storage: { x } });
    await expect(missing).rejects.toThrow('Test: no storage is bound to y.');
    const y = lane.allocate('y', rowsOf(3, wholeAxis(1)));
    const wrong = lane.compile(program(false), { weights, storage: { x, y } });
    await expect(wrong).rejects.toThrow('Test: y is 1 x 1; its storage 3 x 1.');
  });

  test('storage that was destroyed, and data that do not fit', () => {
    const storage = lane.allocate('x', denseFloats(1, 2));
    expect(() => {
      lane.write(storage, new Float32Array(2), 1);
    }).toThrow('2 elements from 1 on do not fit a storage of 2.');
    storage.destroy();
    expect(() => lane.readFloats(storage)).toThrow('was destroyed');
  });
});

test('columns that a gate leaves out are not numbers', async () => {
  const { y } = await compile(true, true);
  const weights = lane.createWeights('the test');
  await weights.upload({ layer, weight: Float32Array.of(1, 1), bias: Float32Array.of(0) });
  const x = lane.allocate('x', rowsOf(1, wholeAxis(2)));
  const closed = Uint8Array.of(0);
  const width = { evaluations: 1, layers: 1, units: 1, heads: closed, groups: closed };
  const executable = await lane.compile(program(true), { weights, storage: { x, y }, width });
  await executable.run();
  expect([...(await lane.readFloats(y))]).toEqual([NaN]);
});
