import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../backend/backend';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/checkpoint';
import { outChannels, type DitConfig } from '../../network/config';
import { Dit } from '../../network/dit/dit';
import {
  referenceForward,
  type ReferenceGates,
  type ReferenceInput,
} from '../../network/oracle/forward';
import { referenceGuided } from '../../network/oracle/guidance';
import {
  randomLatent,
  randomModelWithMargin,
  type RandomModel,
} from '../../network/oracle/random-model';
import { DeviceDenoiser } from '../denoiser';

/** E = 8: nothing is padded. */
const even: DitConfig = {
  inputSize: 8,
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

/** E = 10 and a patch of 4 make every padded axis odd; D/16 rounds down. */
const odd: DitConfig = {
  ...even,
  inputSize: 12,
  patchSize: 4,
  hiddenSize: 60,
  numHeads: 6,
  learnSigma: false,
  numStyles: 0,
};

/** With all that a flow model may know besides. */
const knowing: DitConfig = {
  ...even,
  learnSigma: false,
  objective: 'flow-v',
  conditions: 3,
  jumpBlocks: 1,
};

const time = 321;
const end = 700;
const shift = 0.4;
const maxBatch = 5;

/** Images of a batch: different noise, classes and styles. */
function inputsFor(config: DitConfig, seed: number): ReferenceInput[] {
  return Array.from({ length: maxBatch }, (_, i) => ({
    x: randomLatent(config, seed + i),
    t: time,
    y: i % config.numClasses,
    s: i % (config.numStyles + 1),
  }));
}

/** The same in mixes, moved, and on the way to a step's end. */
function knowingInputs(seed: number): ReferenceInput[] {
  return inputsFor(knowing, seed).map((input, i) => ({
    ...input,
    mix: [
      { y: input.y, s: input.s, weight: 0.75 },
      { y: (i + 2) % knowing.numClasses, weight: 0.25 },
    ],
    a: [i % 2, i / 4 - 0.5, 0],
    r: end,
  }));
}

function withUnconditional(config: DitConfig, inputs: readonly ReferenceInput[]): ReferenceInput[] {
  return inputs.flatMap((input) => [
    input,
    { ...input, mix: undefined, y: config.numClasses, s: config.numStyles },
  ]);
}

interface Run extends ReferenceGates {
  readonly guidance: number;
  readonly channels: number;
}

/** Guided prediction (B, Cout, S, S) and token gates (L, B*N) of one evaluation. */
async function predict(dit: Dit, inputs: readonly ReferenceInput[], options: Run) {
  const { config } = dit;
  const run = await dit.prepare({
    latentItems: inputs.length,
    labels: inputs.map(({ y, s, mix = [{ y, s, weight: 1 }] }) =>
      mix.map((part) => ({ classId: part.y, styleId: part.s, weight: part.weight })),
    ),
    inputs: inputs.flatMap(({ a }) => (a ? [a] : [])),
    guided: options.guidance !== 1,
    networkTimes: [time],
    networkEnds: inputs[0].r === undefined ? undefined : [end],
    routerShift: options.shift,
    dynamicWidth: options.width,
    dynamicTokens: options.tokens,
  });
  const latents = Float32Array.from(inputs.flatMap(({ x }) => Array.from(x)));
  run.home.write(run.latent, latents);
  await run.latentMoved();
  const denoiser = await DeviceDenoiser.create({
    run,
    guidance: options.guidance,
    guidedChannels: options.channels,
    noise: () => new Float32Array(latents.length),
  });
  await denoiser.predict(0, 0);
  const out = await run.home.readFloats(denoiser.prediction(0));
  expect(out).toHaveLength(run.items * outChannels(config) * config.inputSize ** 2);
  const kept = await run.readKept();
  await denoiser.destroy();
  run.destroy();
  return { out, kept };
}

function expectNear(actual: Float32Array, reference: Float64Array): void {
  const largest = reference.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const worst = reference.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i])), 0);
  expect(actual.length).toBe(reference.length);
  expect(worst / largest).toBeLessThan(2e-5);
}

const toggles = [
  { width: false, tokens: false },
  { width: true, tokens: false },
  { width: false, tokens: true },
  { width: true, tokens: true },
];

/**
 * Sliced heads and groups and packed tokens against the dense model whose masks are multiplied, as
 * the paper's code does it.
 */
export function describeDenseOracle(start: () => Promise<Backend>): void {
  let backend: Backend;
  beforeAll(async () => {
    backend = await start();
  });
  afterAll(() => backend.destroy());

  describe('jumps, linear inputs, mixes and a budget', () => {
    const inputs = knowingInputs(20);
    const model = randomModelWithMargin(knowing, withUnconditional(knowing, inputs), {
      ...{ seed: 1, shift },
    });
    const load = () => Dit.load(backend, model.checkpoint, { jumpBlocks: knowing.jumpBlocks });

    it.each(toggles)('width $width, tokens $tokens', async (toggle) => {
      const dit = await load();
      const gates = { ...toggle, shift };
      for (const batch of [1, maxBatch]) {
        const used = inputs.slice(0, batch);
        const { out, kept } = await predict(dit, used, { guidance: 1, channels: 4, ...gates });
        used.forEach((input, item) => {
          const reference = referenceForward(knowing, model.tensors, input, gates);
          const size = out.length / batch;
          expectNear(out.slice(item * size, (item + 1) * size), reference.out);
          if (gates.tokens) expectSameTokens(kept, reference.tokenMask, item, batch, knowing);
        });
      }
      dit.destroy();
    });

    it('in two halves, of which both are moved and only one is told a mix', async () => {
      const dit = await load();
      const gates = { width: true, tokens: true, shift };
      const guidance = { scale: 2.5, channels: 2 };
      const { out } = await predict(dit, inputs, { guidance: 2.5, channels: 2, ...gates });
      inputs.forEach((input, item) => {
        const { tensors } = model;
        const halves = referenceGuided(knowing, tensors, input, guidance, gates);
        const size = out.length / (2 * maxBatch);
        expectNear(out.slice(item * size, (item + 1) * size), halves.conditional.out);
        const second = (maxBatch + item) * size;
        expectNear(out.slice(second, second + size), halves.unconditional.out);
      });
      dit.destroy();
    });
  });

  describe.each([
    { name: 'even widths in f32', config: even, dtype: 'f32' as const },
    { name: 'odd widths in f16', config: odd, dtype: 'f16' as const },
  ])('$name', ({ config, dtype }) => {
    const inputs = inputsFor(config, 10);
    const model = randomModelWithMargin(config, withUnconditional(config, inputs), {
      seed: 1,
      dtype,
    });

    for (const gates of toggles) {
      const label = `width ${gates.width ? 'on' : 'off'}, tokens ${gates.tokens ? 'on' : 'off'}`;
      it(`without guidance: ${label}, batches of 1 to ${maxBatch}`, async () => {
        const dit = await Dit.load(backend, model.checkpoint);
        for (let batch = 1; batch <= maxBatch; batch++) {
          const used = inputs.slice(0, batch);
          const { out, kept } = await predict(dit, used, { guidance: 1, channels: 4, ...gates });
          used.forEach((input, item) => {
            const reference = referenceForward(config, model.tensors, input, gates);
            const size = out.length / batch;
            expectNear(out.slice(item * size, (item + 1) * size), reference.out);
            if (gates.tokens) expectSameTokens(kept, reference.tokenMask, item, batch, config);
          });
        }
        dit.destroy();
      });

      it(`with guidance: ${label}, batches of 1 to ${maxBatch}`, async () => {
        const dit = await Dit.load(backend, model.checkpoint);
        for (let batch = 1; batch <= maxBatch; batch++) {
          const used = inputs.slice(0, batch);
          const guidance = { guidance: 2.5, channels: 3 };
          const { out } = await predict(dit, used, { ...guidance, ...gates });
          used.forEach((input, item) => {
            const { conditional, unconditional } = referenceGuided(
              config,
              model.tensors,
              input,
              { scale: 2.5, channels: 3 },
              gates,
            );
            const size = out.length / (2 * batch);
            expectNear(out.slice(item * size, (item + 1) * size), conditional.out);
            const second = (batch + item) * size;
            expectNear(out.slice(second, second + size), unconditional.out);
          });
        }
        dit.destroy();
      });
    }

    it('an image is the same, bit for bit, alone and in a batch', async () => {
      const dit = await Dit.load(backend, model.checkpoint);
      const options = { guidance: 1, channels: 4, width: true, tokens: true };
      const { out } = await predict(dit, inputs, options);
      for (const [item, input] of inputs.entries()) {
        const alone = await predict(dit, [input], options);
        const size = alone.out.length;
        expect([...out.slice(item * size, (item + 1) * size)]).toEqual([...alone.out]);
      }
      dit.destroy();
    });

    for (const { kept: every, bias } of [
      { kept: 0, bias: -1e4 },
      { kept: 1, bias: 1e4 },
    ]) {
      it(`works with ${every === 0 ? 'no token' : 'every token'} kept`, async () => {
        const forced = forceTokens(model, bias);
        const dit = await Dit.load(backend, forced.checkpoint);
        const gates = { width: true, tokens: true };
        const used = inputs.slice(0, 3);
        const { out, kept } = await predict(dit, used, { guidance: 1, channels: 4, ...gates });
        expect(new Set(kept)).toEqual(new Set([every]));
        used.forEach((input, item) => {
          const reference = referenceForward(config, forced.tensors, input, gates);
          const size = out.length / used.length;
          expectNear(out.slice(item * size, (item + 1) * size), reference.out);
        });
        dit.destroy();
      });
    }
  });
}

function expectSameTokens(
  kept: Uint32Array,
  reference: Uint8Array,
  item: number,
  batch: number,
  config: DitConfig,
): void {
  const tokens = reference.length / config.depth;
  for (let layer = 0; layer < config.depth; layer++) {
    const start = (layer * batch + item) * tokens;
    expect([...kept.slice(start, start + tokens)]).toEqual([
      ...reference.slice(layer * tokens, (layer + 1) * tokens),
    ]);
  }
}

/** The same model with token routers that always say the same. */
function forceTokens(
  model: RandomModel,
  bias: number,
): Pick<RandomModel, 'tensors'> & { readonly checkpoint: TensorMap } {
  const isBias = (name: string) => name.endsWith('mlp_head.2.bias');
  const constant = (tensor: CheckpointTensor): CheckpointTensor => ({
    ...tensor,
    dtype: 'f32',
    bytes: () => Promise.resolve(new Uint8Array(Float32Array.of(bias).buffer)),
  });
  return {
    tensors: new Map(
      [...model.tensors].map(([name, values]) => [
        name,
        isBias(name) ? Float32Array.of(bias) : values,
      ]),
    ),
    checkpoint: new Map(
      [...model.checkpoint].map(([name, tensor]) => [
        name,
        isBias(name) ? constant(tensor) : tensor,
      ]),
    ),
  };
}
