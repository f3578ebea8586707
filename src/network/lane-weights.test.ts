import { expect, test } from 'vitest';
import type { WeightSet } from '../backend/backend';
import { wholeAxis } from '../ops/axis';
import type { LayerWeights, LinearLayer } from '../ops/layer';
import { uploadLayers, type LayerHome } from './lane-weights';

const layers = ['first', 'second'].map((name): LinearLayer => ({
  kind: 'linear',
  name,
  n: wholeAxis(2),
  k: wholeAxis(3),
}));

test('a layer is read once all lanes have the one before, whose memory was given back', async () => {
  const events: string[] = [];
  const read = ({ name }: { readonly name: string }): Promise<LayerWeights> => {
    events.push(`read ${name}`);
    const layer = layers.find((each) => each.name === name) ?? layers[0];
    return Promise.resolve({
      ...{ layer, weight: watched(6, `free ${name}`), bias: new Float32Array(2) },
    });
  };
  /** An array that says when its memory is given back. */
  const watched = (length: number, event: string): Float32Array<ArrayBuffer> => {
    const values = new Float32Array(length);
    Object.assign(values.buffer, { transfer: () => events.push(event) });
    return values;
  };
  await uploadLayers(twoLanes(events), { label: 'Test', what: 'testing', layers, read });
  expect(events).toEqual(
    ['first', 'second'].flatMap((name) => [
      `read ${name}`,
      `upload ${name}`,
      `upload ${name}`,
      `free ${name}`,
    ]),
  );
});

/** Two lanes that take weights and say so. */
function twoLanes(events: string[]): LayerHome {
  const set: WeightSet = {
    upload: ({ layer }) => {
      events.push(`upload ${layer.name}`);
      return Promise.resolve();
    },
    destroy: () => undefined,
  };
  const lane = { createWeights: () => set };
  return { lanes: [lane, lane], guard: (_what, work) => work() };
}
