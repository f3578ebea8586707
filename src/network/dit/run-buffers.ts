import type { BufferArena } from '../../backend/webgpu/gpu/buffer';
import type { DitConfig } from '../config';
import { allRows } from './bind-linear';
import { tokenCount } from './cost';
import { paddedLength } from './weight-layout';
import type { DitWeights } from './weights';

/** Buffers of a run. B items, N tokens an item; D, H, E, F as in the README, groups padded to 4. */
export interface RunBuffers {
  /** (B*N, D) residual stream. */
  readonly x: GPUBuffer;
  /** (rows, D) input of the branch at work. */
  readonly normed: GPUBuffer;
  /** (B*N, 3, active heads, E) */
  readonly qkv: GPUBuffer;
  /** (B*N, active heads, E) */
  readonly attended: GPUBuffer;
  /** (kept tokens, active groups, F/H) */
  readonly hidden: GPUBuffer;
  /** (B, D) SiLU(c) */
  readonly condition: GPUBuffer;
  /** (B, 6D), of the block at work. */
  readonly modulation: GPUBuffer;
  /** (B*N, P*P*Cout) */
  readonly patches: GPUBuffer;
  /** (B, Cout, S, S) */
  readonly prediction: GPUBuffer;
  /** (B, 2) class and style rows. */
  readonly labels: GPUBuffer;
  /** Row list of all tokens, (1 + B*N). */
  readonly allTokens: GPUBuffer;
  /** Row list of all items, (1 + B). */
  readonly allItems: GPUBuffer;
  /** Token gates of an evaluation, (L, B*N) of 0 or 1. */
  readonly kept: GPUBuffer;
  /** Row list of the kept tokens, (1 + B*N), rewritten by every block. */
  readonly keptRows: GPUBuffer;
  /** Indirect grids of norm2, fc1 and fc2, rewritten by every block. */
  readonly grids: GPUBuffer;
}

/** Bytes of one indirect grid: x, y, z as u32. */
export const gridBytes = 12;

/**
 * @param labels (B, 2) class and style rows
 * @throws DyditError `limit-too-small` where the batch does not fit a buffer
 */
export function createRunBuffers(
  arena: BufferArena,
  config: DitConfig,
  weights: DitWeights,
  labels: Uint32Array<ArrayBuffer>,
): RunBuffers {
  const items = labels.length / 2;
  const tokens = items * tokenCount(config);
  const width = config.hiddenSize;
  const [block] = weights.blocks;
  const outPixels = (config.learnSigma ? 2 : 1) * config.inChannels * config.inputSize ** 2;
  const float = (name: string, elements: number) => arena.create(name, elements * 4);
  return {
    x: float('x', tokens * width),
    normed: float('normed', tokens * width),
    qkv: float('qkv', tokens * paddedLength(block.qkv.n)),
    attended: float('attended', tokens * paddedLength(block.proj.k)),
    hidden: float('hidden', tokens * paddedLength(block.fc2.k)),
    condition: float('condition', items * width),
    modulation: float('modulation', items * 6 * width),
    patches: float('patches', tokens * paddedLength(weights.finalLinear.n)),
    prediction: float('prediction', items * outPixels),
    labels: arena.upload('labels', labels),
    allTokens: arena.upload('allTokens', allRows(tokens)),
    allItems: arena.upload('allItems', allRows(items)),
    kept: arena.create('kept', config.depth * tokens * 4),
    keptRows: arena.create('keptRows', (1 + tokens) * 4),
    grids: arena.create('grids', 3 * gridBytes, GPUBufferUsage.INDIRECT),
  };
}
