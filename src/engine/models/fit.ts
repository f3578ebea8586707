import type { MemoryLimits } from '../../backend/backend';
import { planDit, planVae } from '../../checkpoint/convert/plan';
import type { OutputTensor, TargetDtype } from '../../checkpoint/convert/converted-tensor';
import { elementCount } from '../../checkpoint/layout';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/tensor';
import { DyditError } from '../../errors';
import { runMemory } from '../../network/dit/memory';
import { recordDecoder } from '../../network/vae/network';
import { workingMemory } from '../../ops/memory';
import type { ResolvedModel } from './resolve';

type Weights = Pick<ResolvedModel, 'dit' | 'vae' | 'preview'>;

/** What a model takes in an engine's memory. */
export interface MemoryNeed {
  /** Bytes of all weights on a lane. */
  readonly weights: number;
  /** Bytes beside them for so many pictures at once. */
  readonly pictures: number;
  /** Bytes of the largest tensor that ops work on. */
  readonly largest: number;
}

/**
 * @param images pictures at once
 * @param keptAs the type that the model would be converted to; as it is where absent
 */
export function memoryNeed(
  { dit, vae, preview }: Weights,
  { int8Bytes, lanes }: Pick<MemoryLimits, 'int8Bytes' | 'lanes'>,
  images: number,
  keptAs?: TargetDtype,
): MemoryNeed {
  // Guidance draws each picture twice.
  const items = images * (dit.config.nullClass === false ? 1 : 2);
  const run = runMemory(dit.config, Math.ceil(items / lanes));
  const parts = [vae, preview].filter((part) => part !== undefined);
  const decoders = parts.map(({ config, tensors }) =>
    workingMemory(
      recordDecoder({
        config,
        latentSide: dit.config.inputSize,
        postQuantConv: tensors.has('post_quant_conv.weight'),
      }),
    ),
  );
  const weights =
    keptAs === undefined
      ? [...dit.tensors.values(), ...parts.flatMap(({ tensors }) => decoderTensors(tensors))].map(
          (tensor) => bytesOf(tensor, int8Bytes),
        )
      : [
          ...planDit(dit.tensors, keptAs),
          ...parts.flatMap(({ tensors }) => planVae(tensors, keptAs)),
        ]
          // What follows the first output are scales, which are counted with it.
          .map(({ outputs: [{ dtype, bytes }, scales] }) =>
            dtype === 'I8' ? bytesOfInt8(bytes, countOf(scales), int8Bytes) : bytes,
          );
  return {
    weights: weights.reduce((sum, bytes) => sum + bytes, 0),
    pictures: run.bytes + decoders.reduce((sum, { bytes }) => sum + bytes, 0),
    largest: Math.max(run.largest, ...decoders.map(({ largest }) => largest)),
  };
}

/**
 * Finds out before any weight is read whether a model fits an engine, with so many pictures at once.
 * @throws DyditError `limit-too-small` with the numbers, and with what would fit
 */
export function expectFit(model: ResolvedModel, limits: MemoryLimits, images = 1): void {
  const { largestBytes = Infinity, totalBytes = Infinity } = limits;
  const fits = (count: number, keptAs?: TargetDtype): boolean => {
    const { weights, pictures, largest } = memoryNeed(model, limits, count, keptAs);
    return weights + pictures <= totalBytes && largest <= largestBytes;
  };
  if (fits(images)) return;
  const { weights, pictures, largest } = memoryNeed(model, limits, images);
  const isTensor = largest > largestBytes;
  const fewer = Array.from({ length: images - 1 }, (_, i) => images - 1 - i).find((count) =>
    fits(count),
  );
  const smaller = (['f16', 'int8'] as const).find((type) => fits(images, type) || fits(1, type));
  const ways = [
    ...(fewer === undefined ? [] : [`draw ${inWords(fewer)} at once`]),
    ...(smaller === undefined || isTensor
      ? []
      : [
          `keep it in this browser as ${smaller} (${inUnits(memoryNeed(model, limits, 1, smaller).weights)})`,
        ]),
    ...(isTensor ? ['compute on the processor, which has no such limit'] : []),
  ];
  throw new DyditError(
    'limit-too-small',
    isTensor
      ? `For ${inWords(images)} at once the model works on ${inUnits(largest)} in one piece; this graphics card binds at most ${inUnits(largestBytes)}.`
      : `The weights take ${inUnits(weights)} and ${inWords(images)} at once ${inUnits(pictures)} beside them; there are ${inUnits(totalBytes)}.`,
    ways.length > 0
      ? sentence(ways)
      : 'Neither fewer pictures nor a smaller type would fit. Use a smaller model.',
  );
}

function bytesOf({ dtype, stored, scales, shape }: CheckpointTensor, int8Bytes: number): number {
  const elements = elementCount(shape) ?? 0;
  if (stored === 'int8') return bytesOfInt8(elements, scales ?? 0, int8Bytes);
  return elements * (dtype === 'f16' ? 2 : 4);
}

/** Where integers stay integers they have their scales beside them, as f32. */
function bytesOfInt8(elements: number, scales: number, int8Bytes: number): number {
  return int8Bytes * elements + (int8Bytes === 1 ? 4 * scales : 0);
}

function countOf({ shape }: OutputTensor): number {
  return elementCount(shape) ?? 0;
}

/** The encoder is not loaded. */
function decoderTensors(tensors: TensorMap): readonly CheckpointTensor[] {
  return [...tensors.values()].filter(({ name }) => /^(decoder|post_quant_conv)\./.test(name));
}

/** 'Draw 2 pictures at once, or compute on the processor.' */
function sentence(ways: readonly string[]): string {
  const text = ways.join(', or ');
  return `${text[0].toUpperCase()}${text.slice(1)}.`;
}

function inWords(images: number): string {
  return images === 1 ? 'one picture' : `${images} pictures`;
}

/** '2.70 GB' */
function inUnits(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
