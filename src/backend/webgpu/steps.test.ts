import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { wholeAxis } from '../../ops/axis';
import { planSlots } from '../../ops/slots';
import { chunk, Recorder } from '../../ops/recorder';
import { rowsOf } from '../../ops/tensor';
import type { DitConfig } from '../../network/config';
import { ditLayers } from '../../network/dit/layers';
import { recordEvaluation } from '../../network/dit/network';
import { byteLength } from './layout';
import { planSteps, usesOf } from './steps';

const all = { norm: () => true, unpatchify: true };
const none = { norm: () => false, unpatchify: false };

/** The shape of the emoji model but for its depth. */
const emoji: DitConfig = {
  ...{ inputSize: 16, patchSize: 2, inChannels: 4, hiddenSize: 256, depth: 10, numHeads: 8 },
  ...{ mlpRatio: 4, learnSigma: false, numClasses: 100, numStyles: 3, objective: 'flow-v' },
  dynamic: true,
};

/** The depth of the model that comes with the page. */
const shippedDepth = v.parse(
  v.object({ dit: v.object({ depth: v.number() }) }),
  JSON.parse(readFileSync('public/models/emoji/manifest.json', 'utf8')),
).dit.depth;

function evaluation(dynamicTokens: boolean, config = emoji) {
  const size = { items: 2, images: 1, latentItems: 1, modulationRows: 2 };
  return recordEvaluation(config, ditLayers(config), { ...size, dynamicTokens });
}

describe('an evaluation of the emoji model', () => {
  test.each([
    // A block: qkv, attention, proj, fc1, fc2; and the patches in front, the last layer behind.
    { dynamicTokens: false, fused: 10 * 5 + 2, single: 10 * 7 + 4 },
    // And the router of each block.
    { dynamicTokens: true, fused: 10 * 6 + 2, single: 10 * 8 + 4 },
  ])('is $fused dispatches where all is fused, $single where nothing is', (of) => {
    const program = evaluation(of.dynamicTokens);
    expect(planSteps(program, all).length).toBe(of.fused);
    expect(planSteps(program, none).length).toBe(of.single);
  });

  test('is at most 60 dispatches of the model that comes with the page, tokens and all', () => {
    const shipped: DitConfig = { ...emoji, depth: shippedDepth };
    expect(planSteps(evaluation(true, shipped), all).length).toBeLessThanOrEqual(60);
  });

  test('does all ops once, in their order', () => {
    const program = evaluation(true);
    const done = planSteps(program, all).flatMap(({ norm, op, unpatchify }) =>
      [norm, op, unpatchify].filter((each) => each !== undefined),
    );
    expect(done).toEqual(program.ops);
  });

  test('has no memory for what lies between fused ops, nor for row lists', () => {
    const program = evaluation(true);
    const uses = planSteps(program, all).map((step) => usesOf(program, step));
    const { slotOf } = planSlots(program, byteLength, uses);
    for (const op of program.ops) {
      if (op.kind === 'norm') expect(slotOf[op.y]).toBeUndefined();
      if (op.kind === 'selectTokens') expect(slotOf[op.rows]).toBeUndefined();
    }
  });
});

/** x -> norm -> linear, with what else the test records. */
function normed(more: (net: Recorder, y: ReturnType<Recorder['norm']>) => void) {
  const net = new Recorder('Test');
  const axis = wholeAxis(8);
  const x = net.external('x', rowsOf(4, axis));
  const modulation = net.external('modulation', rowsOf(1, wholeAxis(16)));
  const chunks = { shift: chunk(modulation, 0), scale: chunk(modulation, 1) };
  const y = net.norm(x, chunks, { tokens: 4 });
  net.linear(y, { kind: 'linear', name: 'l', n: axis, k: axis });
  more(net, y);
  return net.finish();
}

test('a norm that something else reads too stays by itself', () => {
  const axis = wholeAxis(8);
  const twice = normed((net, y) => net.linear(y, { kind: 'linear', name: 'm', n: axis, k: axis }));
  expect(planSteps(twice, all).length).toBe(3);
  expect(
    planSteps(
      normed(() => undefined),
      all,
    ).length,
  ).toBe(1);
});

test('what a norm reads is kept until the product behind it has read it', () => {
  const program = normed(() => undefined);
  const [step] = planSteps(program, all);
  const { reads, writes } = usesOf(program, step);
  expect(reads).toContain(0);
  expect(reads).toContain(1);
  expect(reads).not.toContain(2);
  expect(writes).toEqual([3]);
});
