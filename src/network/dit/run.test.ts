import { expect, test } from 'vitest';
import type { Backend } from '../../backend/backend';
import { createReferenceBackend } from '../../backend/reference/backend';
import type { DitConfig } from '../config';
import { randomLatent, randomModel } from '../oracle/random-model';
import { Dit } from './dit';
import { unmixed, type LabelMix } from './label';
import type { DitRunOptions } from './run';

const config: DitConfig = {
  inputSize: 4,
  patchSize: 2,
  inChannels: 4,
  hiddenSize: 24,
  depth: 2,
  numHeads: 3,
  mlpRatio: 4,
  learnSigma: true,
  numClasses: 5,
  numStyles: 2,
  objective: 'epsilon',
  dynamic: true,
};

const model = randomModel(config, { seed: 3 });
const labels: readonly LabelMix[] = [
  unmixed({ classId: 1, styleId: 0 }),
  unmixed({ classId: 4 }),
  unmixed({ classId: 0, styleId: 1 }),
];
/** More evaluations than have their modulation made at once. */
const networkTimes = Array.from({ length: 34 }, (_, i) => 999 - 29 * i);

/** A backend of several lanes, each with a memory of its own. */
function backendOf(lanes: number): Backend {
  const backends = Array.from({ length: lanes }, () => createReferenceBackend());
  return {
    ...{ report: backends[0].report, lost: backends[0].lost },
    lanes: backends.map(({ lanes: [lane] }) => lane),
    guard: (_what, work) => work(),
    destroy: () => {
      for (const backend of backends) backend.destroy();
    },
  };
}

async function evaluateOn(lanes: number, options: Partial<DitRunOptions>, evaluations: number[]) {
  const dit = await Dit.load(backendOf(lanes), model.checkpoint, { numHeads: config.numHeads });
  const run = await dit.prepare({
    ...{ latentItems: labels.length, labels, guided: true, networkTimes },
    ...{ dynamicWidth: true, dynamicTokens: true },
    ...options,
  });
  const size = config.inChannels * config.inputSize ** 2;
  const latent = new Float32Array(labels.length * size);
  for (const [i] of labels.entries()) latent.set(randomLatent(config, i), i * size);
  const made = [];
  for (const evaluation of evaluations) {
    // The latent moves between evaluations, as in sampling.
    run.home.write(
      run.latent,
      latent.map((value) => value * (1 + evaluation)),
    );
    await run.latentMoved();
    await run.evaluate(evaluation);
    const kept = await run.readKept();
    const prediction = await run.home.readFloats(run.prediction);
    made.push({ prediction, kept, work: run.work(evaluation, kept) });
  }
  run.destroy();
  dit.destroy();
  return made;
}

test('items spread over lanes of their own give what one lane gives', async () => {
  const evaluations = [0, 1, 31, 32, 33];
  const alone = await evaluateOn(1, {}, evaluations);
  for (const lanes of [2, 4, 6, 9]) {
    expect(await evaluateOn(lanes, {}, evaluations), `${lanes} lanes`).toEqual(alone);
  }
  const { work, kept } = alone[0];
  expect(kept).toHaveLength(config.depth * 2 * labels.length * 4);
  expect(work.done).toBeLessThan(work.static);
});

test('an evaluation gives the same in any order', async () => {
  const [first] = await evaluateOn(1, {}, [33]);
  const [, , again] = await evaluateOn(1, {}, [2, 32, 33]);
  expect(again).toEqual(first);
});

test('without toggles all of the work is done and no gates come back', async () => {
  const closed = { dynamicWidth: false, dynamicTokens: false };
  const [{ kept, work }] = await evaluateOn(2, closed, [0]);
  expect(kept).toHaveLength(0);
  // 2 layers of 4 tokens, D 24: attention 4*N*D^2 + 2*N^2*D, MLP 8*N*D^2; 6 items.
  expect(work).toEqual({ done: 6 * 2 * (12 * 4 * 24 ** 2 + 2 * 16 * 24), static: work.done });
});

test('the null label of guidance is the null class and style', async () => {
  const nulls = labels.map(() =>
    unmixed({ classId: config.numClasses, styleId: config.numStyles }),
  );
  const [guided] = await evaluateOn(1, {}, [0]);
  const [unguided] = await evaluateOn(1, { guided: false, labels: nulls }, [0]);
  const half = guided.prediction.length / 2;
  expect(guided.prediction.slice(half)).toEqual(unguided.prediction);
});
