import { describe, expect } from 'vitest';
import { readBuffer } from '../backend/webgpu/gpu/buffer';
import { openGpuTests, type TestBed } from '../backend/webgpu/testing/test-bed';
import type { CheckpointTensor, TensorMap } from '../checkpoint/checkpoint';
import type { DitConfig } from '../network/config';
import { Dit } from '../network/dit/dit';
import { referenceForward, type ReferenceInput } from '../network/oracle/forward';
import { referenceGuided } from '../network/oracle/guidance';
import {
  randomLatent,
  randomModelWithMargin,
  type RandomModel,
} from '../network/oracle/random-model';
import { GpuDenoiser } from './gpu-denoiser';

/**
 * Sliced heads and groups and packed tokens against the dense model whose masks are multiplied, as
 * the paper's code does it.
 */

const { gpuTest } = await openGpuTests();

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

const time = 321;
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

function withUnconditional(config: DitConfig, inputs: readonly ReferenceInput[]): ReferenceInput[] {
  return inputs.flatMap((input) => [
    input,
    { ...input, y: config.numClasses, s: config.numStyles },
  ]);
}

interface Run {
  readonly guidance: number;
  readonly channels: number;
  readonly width: boolean;
  readonly tokens: boolean;
}

/** Guided prediction (B, Cout, S, S) and token gates (L, B*N) of one evaluation. */
async function predict(bed: TestBed, dit: Dit, inputs: readonly ReferenceInput[], options: Run) {
  const { config } = dit;
  const latent = bed.input('latent', Float32Array.from(inputs.flatMap(({ x }) => Array.from(x))));
  const run = await dit.prepare({
    latent,
    labels: inputs.map(({ y, s }) => ({ classId: y, styleId: s })),
    guided: options.guidance !== 1,
    networkTimes: [time],
    dynamicWidth: options.width,
    dynamicTokens: options.tokens,
  });
  const denoiser = await GpuDenoiser.create(bed.library, {
    run,
    latent,
    latentItems: inputs.length,
    images: inputs.length,
    guidance: options.guidance,
    guidedChannels: options.channels,
    evaluations: 1,
    noise: () => new Float32Array(0),
  });
  denoiser.predict(0, 0);
  const channels = config.inChannels * (config.learnSigma ? 2 : 1);
  const bytes = run.items * channels * config.inputSize ** 2 * 4;
  const out = new Float32Array(await readBuffer(bed.gpu, denoiser.prediction(0), bytes));
  const kept = new Uint32Array(await readBuffer(bed.gpu, run.kept));
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
    gpuTest(`without guidance: ${label}, batches of 1 to ${maxBatch}`, async (bed) => {
      const dit = await Dit.load(bed.library, model.checkpoint);
      for (let batch = 1; batch <= maxBatch; batch++) {
        const used = inputs.slice(0, batch);
        const { out, kept } = await predict(bed, dit, used, { guidance: 1, channels: 4, ...gates });
        used.forEach((input, item) => {
          const reference = referenceForward(config, model.tensors, input, gates);
          const size = out.length / batch;
          expectNear(out.slice(item * size, (item + 1) * size), reference.out);
          if (gates.tokens) expectSameTokens(kept, reference.tokenMask, item, batch, config);
        });
      }
      dit.destroy();
    });

    gpuTest(`with guidance: ${label}, batches of 1 to ${maxBatch}`, async (bed) => {
      const dit = await Dit.load(bed.library, model.checkpoint);
      for (let batch = 1; batch <= maxBatch; batch++) {
        const used = inputs.slice(0, batch);
        const guidance = { guidance: 2.5, channels: 3 };
        const { out } = await predict(bed, dit, used, { ...guidance, ...gates });
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

  gpuTest('an image is the same, bit for bit, alone and in a batch', async (bed) => {
    const dit = await Dit.load(bed.library, model.checkpoint);
    const options = { guidance: 1, channels: 4, width: true, tokens: true };
    const { out } = await predict(bed, dit, inputs, options);
    for (const [item, input] of inputs.entries()) {
      const alone = await predict(bed, dit, [input], options);
      const size = alone.out.length;
      expect([...out.slice(item * size, (item + 1) * size)]).toEqual([...alone.out]);
    }
    dit.destroy();
  });

  for (const { kept: every, bias } of [
    { kept: 0, bias: -1e4 },
    { kept: 1, bias: 1e4 },
  ]) {
    gpuTest(`works with ${every === 0 ? 'no token' : 'every token'} kept`, async (bed) => {
      const forced = forceTokens(model, bias);
      const dit = await Dit.load(bed.library, forced.checkpoint);
      const gates = { width: true, tokens: true };
      const used = inputs.slice(0, 3);
      const { out, kept } = await predict(bed, dit, used, { guidance: 1, channels: 4, ...gates });
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
