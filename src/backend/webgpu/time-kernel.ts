import { wholeAxis } from '../../ops/axis';
import { scaleGroups } from '../../checkpoint/scaled-bytes';
import type { ConvLayer, LinearLayer, ProductValues } from '../../ops/layer';
import { wholePicture } from '../../ops/pixels';
import { chunk, Recorder } from '../../ops/recorder';
import { rowsOf, type Tensor, type TensorSpec } from '../../ops/tensor';
import type { ActiveWidth } from '../../ops/width';
import type { Storage, WeightSet } from '../backend';
import { Owned } from '../owned';
import { withErrorScopes } from './gpu/error-scope';
import type { KernelLibrary } from './kernel-library';
import { GpuLane } from './lane';
import { Pace } from './pace';
import type { WeightStorage } from './shaders';
import type { AttentionShape } from './variants/attention';
import { VariantChoice } from './variants/choice';
import type { ConvShape } from './variants/conv';
import type { LinearShape } from './variants/linear';
import type { TunedOp } from './variants/tuned-op';

/**
 * Milliseconds of an op by a variant.
 * @param name of the variant
 * @param best of the variants so far: what is far from it need not be timed well
 */
export type TimeKernel = (op: TunedOp, name: string, best?: number) => Promise<number>;

export interface TimerParts {
  readonly library: KernelLibrary;
  /** GFLOP/s; see `PaceParts`. */
  readonly gflops: number;
  readonly tickMs: number;
}

/** A stretch that is timed takes this long at least, in ms and in ticks of the clock. */
const stretchMs = 3;
const stretchTicks = 4;

/** Multiply-adds of a program that is timed, and most ops in it. */
const programWork = 5e8;
const mostTimes = 32;

/** What is timed of a larger op: enough to fill a card. */
const mostPixels = 128 ** 2;
const mostQueries = 8192;

const tries = 3;

/** What is not worth another try after the first, against the best so far. */
const hopeless = 2;

/** Times ops on a device, on zeros, many in a submission so that it is not what is timed. */
export function kernelTimer({ library, gflops, tickMs }: TimerParts): TimeKernel {
  return (op, name, best = Infinity) =>
    withErrorScopes(library.gpu, 'measuring the kernels', async () => {
      const { queue } = library.gpu.device;
      const choice = new VariantChoice(library.gpu, { [op.kind]: name });
      const pace = new Pace({ queue, gflops, tickMs, now: () => performance.now() });
      const lane = new GpuLane({ library, choice, pace });
      const timed = timedOp(op);
      const times = Math.max(1, Math.min(mostTimes, Math.floor(programWork / timed.multiplyAdds)));
      const owned = new Owned();
      try {
        const executable = owned.adopt(await compileTimes(lane, timed, times, owned));
        const stretch = async (runs: number): Promise<number> => {
          const start = performance.now();
          for (let i = 0; i < runs; i++) await executable.run();
          await queue.onSubmittedWorkDone();
          return (performance.now() - start) / (runs * times);
        };
        await stretch(1); // what a first run does besides
        const once = await stretch(1);
        if (once > hopeless * best) return once;
        const least = Math.max(stretchMs, stretchTicks * tickMs);
        const runs = Math.max(1, Math.ceil(least / (once * times)));
        let ms = runs === 1 ? once : Infinity;
        for (let i = 0; i < tries; i++) ms = Math.min(ms, await stretch(runs));
        return ms;
      } finally {
        owned.destroy();
        lane.destroy();
      }
    });
}

/** An op that can be recorded any number of times. */
interface TimedOp {
  readonly multiplyAdds: number;
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  readonly width?: ActiveWidth;
  readonly upload: (weights: WeightSet) => Promise<void>;
  readonly record: (net: Recorder, tensors: Readonly<Record<string, Tensor>>) => void;
}

function timedOp(op: TunedOp): TimedOp {
  switch (op.kind) {
    case 'linear':
      return timedProduct(op.shape);
    case 'attention':
      return timedAttention(op.shape);
    case 'conv':
      return timedConv(op.shape);
  }
}

function timedProduct({ rows, k, n, storage, end }: LinearShape): TimedOp {
  const layer: LinearLayer = { kind: 'linear', name: 'layer', n: wholeAxis(n), k: wholeAxis(k) };
  return {
    multiplyAdds: rows * k * n,
    tensors: { x: rowsOf(rows, layer.k), y: rowsOf(rows, layer.n), gates: rowsOf(1, layer.n) },
    upload: (weights) =>
      weights.upload({ layer, weight: zeros(storage, n, k), bias: new Float32Array(n) }),
    record: (net, { x, y, gates }) => {
      if (end === 'AddGated') net.addGated(y, chunk(gates, 0), x, layer, { tokens: rows });
      else net.linear(x, layer, { into: y });
    },
  };
}

function timedAttention({ tokens, headVectors, heads: all }: AttentionShape): TimedOp {
  const heads = Math.min(all, Math.ceil(mostQueries / tokens));
  const size = 4 * headVectors;
  return {
    multiplyAdds: 2 * tokens ** 2 * heads * size,
    tensors: { qkv: rowsOf(tokens, { groups: 3 * heads, group: size }) },
    width: {
      ...{ evaluations: 1, layers: 1, units: heads },
      heads: new Uint8Array(heads).fill(1),
      groups: new Uint8Array(heads).fill(1),
    },
    upload: () => Promise.resolve(),
    record: (net, { qkv }) =>
      net.attention(qkv, { layer: 0, unit: 'heads', repeat: 1 }, { items: 1, tokens }),
  };
}

function timedConv({ pixels, phases, taps, channels, n, storage, adds, relu }: ConvShape): TimedOp {
  const side = Math.ceil(Math.sqrt(Math.min(pixels, mostPixels)));
  const doubles = phases > 1;
  const size = taps === 1 ? 1 : 3;
  const layer: ConvLayer = {
    ...{ kind: 'conv', name: 'layer', n: wholeAxis(n), channels, size },
    ...(doubles && { doubles }),
  };
  return {
    multiplyAdds: side ** 2 * phases * taps ** 2 * channels * n,
    tensors: {
      x: rowsOf(side ** 2, wholeAxis(channels)),
      y: rowsOf(side ** 2 * phases, layer.n),
    },
    upload: (weights) =>
      weights.upload({
        layer,
        // The kernels of a layer that doubles are made of these, in f32.
        weight: zeros(storage, n, channels * size ** 2),
        bias: new Float32Array(n),
      }),
    record: (net, { x, y }) =>
      net.conv(wholePicture(x), layer, { into: wholePicture(y), adds, relu }),
  };
}

/** A program of so many like ops, on zeros. */
async function compileTimes(lane: GpuLane, timed: TimedOp, times: number, owned: Owned) {
  const weights = owned.adopt(lane.createWeights('Tune'));
  await timed.upload(weights);
  const net = new Recorder('Tune');
  const tensors: Record<string, Tensor> = {};
  const storage: Record<string, Storage> = {};
  for (const [name, spec] of Object.entries(timed.tensors)) {
    tensors[name] = net.external(name, spec);
    storage[name] = owned.adopt(lane.allocate(`Tune.${name}`, spec));
  }
  for (let i = 0; i < times; i++) timed.record(net, tensors);
  return lane.compile(net.finish(), { weights, storage, width: timed.width });
}

/** A weight (N, K) that is stored so. */
function zeros(storage: WeightStorage, n: number, k: number): ProductValues {
  switch (storage) {
    case 'f32':
      return new Float32Array(n * k);
    case 'i8':
      return { integers: new Int8Array(n * k), scales: new Float32Array(n * scaleGroups(k)) };
    case 'f16':
    case 'f16-packed':
      return new Uint16Array(n * k);
  }
}
