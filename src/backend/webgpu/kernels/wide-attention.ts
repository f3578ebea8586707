import { DyditError } from '../../../errors';
import { paddedChannels } from './conv';
import type { Dispatch } from './dispatch';
import type { KernelLibrary } from './library';

/** Widest head of wide_attention.wgsl: two vec4 for each of 64 threads. */
export const widestHead = 512;

/** Queries that one workgroup makes. */
const queries = 8;

/**
 * Binds y (N, E) = softmax(q k^T / sqrt(E)) v for a single head, q, k, v = qkv (N, 3, E).
 * @param tokens N
 * @param width E, before padding
 * @throws DyditError `internal` where E is more than 512
 */
export async function bindWideAttention(
  library: KernelLibrary,
  name: string,
  { tokens, width }: { readonly tokens: number; readonly width: number },
  buffers: { readonly qkv: GPUBuffer; readonly y: GPUBuffer },
): Promise<Dispatch> {
  if (width > widestHead) {
    throw new DyditError(
      'internal',
      `${name}: a head of at most ${widestHead} channels was expected; got ${width}.`,
    );
  }
  const kernel = await library.plain('wideAttention');
  const bound = kernel.bind(
    name,
    { qkv: buffers.qkv, y: buffers.y },
    { dims: { tokens, width: paddedChannels(width) / 4, scale: width ** -0.5 } },
  );
  return { kernel: bound, grid: [Math.ceil(tokens / queries), 1, 1] };
}
