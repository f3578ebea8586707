import type { MemoryLimits } from '../../backend/backend';
import { elementCount } from '../../checkpoint/layout';
import type { CheckpointTensor, TensorMap } from '../../checkpoint/tensor';
import { DyditError } from '../../errors';
import { workingBytes } from '../../network/dit/memory';
import type { ResolvedModel } from './resolve';

/** What a model takes in an engine's memory. */
export interface MemoryNeed {
  /** Bytes of all weights; of halves two each, of everything else four. */
  readonly weights: number;
  /** Bytes beside them for one picture. */
  readonly picture: number;
  /** The largest tensor, by name and bytes. */
  readonly largest: { readonly name: string; readonly bytes: number };
}

export function memoryNeed({ dit, vae }: Pick<ResolvedModel, 'dit' | 'vae'>): MemoryNeed {
  const tensors = [...dit.tensors.values(), ...decoderTensors(vae?.tensors)];
  const sizes = tensors.map((tensor) => ({ name: tensor.name, bytes: bytesOf(tensor) }));
  const [largest] = sizes.toSorted((a, b) => b.bytes - a.bytes);
  return {
    weights: sizes.reduce((sum, { bytes }) => sum + bytes, 0),
    // Guidance draws each picture twice.
    picture: workingBytes(dit.config, dit.config.nullClass === false ? 1 : 2),
    largest,
  };
}

/**
 * Finds out before anything is read whether a model fits an engine.
 * @throws DyditError `limit-too-small` with the numbers, and with what would fit
 */
export function expectFit(model: ResolvedModel, { largestBytes, totalBytes }: MemoryLimits): void {
  const need = memoryNeed(model);
  const inHalves = memoryNeed(halved(model));
  if (totalBytes !== undefined && need.weights + need.picture > totalBytes) {
    throw new DyditError(
      'limit-too-small',
      `The weights take ${inGigabytes(need.weights)} and a picture ${inGigabytes(need.picture)} beside them; the engine has ${inGigabytes(totalBytes)}.`,
      inHalves.weights + inHalves.picture > totalBytes
        ? 'No smaller type of these weights would fit either. Use a smaller model.'
        : `Keep it in this browser as f16: ${inGigabytes(inHalves.weights)}.`,
    );
  }
  if (largestBytes !== undefined && need.largest.bytes > largestBytes) {
    throw new DyditError(
      'limit-too-small',
      `Tensor "${need.largest.name}" takes ${inGigabytes(need.largest.bytes)}; this graphics card binds at most ${inGigabytes(largestBytes)} at once.`,
      inHalves.largest.bytes > largestBytes
        ? 'Compute on the processor, which has no such limit.'
        : 'Keep the model in this browser as f16, or compute on the processor.',
    );
  }
}

function bytesOf({ dtype, shape }: CheckpointTensor): number {
  return (elementCount(shape) ?? 0) * (dtype === 'f16' ? 2 : 4);
}

/** The encoder is not loaded. */
function decoderTensors(tensors: TensorMap = new Map()): readonly CheckpointTensor[] {
  return [...tensors.values()].filter(({ name }) => /^(decoder|post_quant_conv)\./.test(name));
}

/** The same with its matrices as halves. */
function halved({ dit, vae }: ResolvedModel): Pick<ResolvedModel, 'dit' | 'vae'> {
  const halve = (tensors: TensorMap): TensorMap =>
    new Map(
      [...tensors].map(([name, tensor]) => [
        name,
        tensor.shape.length < 2 ? tensor : { ...tensor, dtype: 'f16' },
      ]),
    );
  return {
    dit: { ...dit, tensors: halve(dit.tensors) },
    ...(vae ? { vae: { ...vae, tensors: halve(vae.tensors) } } : {}),
  };
}

/** '2.70 GB' */
function inGigabytes(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
