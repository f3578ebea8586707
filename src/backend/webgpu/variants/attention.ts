import type { KernelLibrary } from '../kernel-library';
import type { Limits, Variant } from './variant';

/** Attention as far as it matters to the choice of a kernel. */
export interface AttentionShape {
  /** N */
  readonly tokens: number;
  /** E with padding, in vec4. */
  readonly headVectors: number;
  /** Heads of all items. */
  readonly heads: number;
}

export type AttentionVariant = Variant<AttentionShape, KernelLibrary>;

/** Keys of a tile; the same everywhere, because the softmax is summed tile by tile. */
const tileKeys = 32;

/**
 * Tiles of keys and values in workgroup memory.
 * @param lanes groups of four queries
 * @param widest columns of a head, in vec4, for which workgroups and their memory are not too large
 */
function tiled(lanes: number, widest: number): AttentionVariant {
  const queries = 4 * lanes;
  const vectors = widest * queries + keyStride(widest) * tileKeys + 1.5 * tileKeys * lanes;
  return {
    name: `tiled${queries}x${4 * widest}`,
    precision: 'exact',
    needs: { limits: limitsOf(lanes, widest, vectors) },
    accepts: ({ headVectors }) => headVectors <= widest,
    build: (library, { headVectors }) =>
      library.plain('attentionTiled', { HEAD_VEC4: headVectors, LANES_Y: lanes }),
  };
}

/** The same, whose scores are the work of subgroups; keys and values have tiles of their own. */
function subgroup(lanes: number, widest: number): AttentionVariant {
  const queries = 4 * lanes;
  const vectors = widest * queries + 2 * keyStride(widest) * tileKeys + (tileKeys + 1) * lanes + 1;
  return {
    name: `subgroup${queries}x${4 * widest}`,
    precision: 'exact',
    needs: { features: ['subgroups'], limits: limitsOf(lanes, widest, vectors) },
    accepts: ({ headVectors }) => headVectors <= widest,
    build: (library, { headVectors }) =>
      library.plain('attentionSubgroup', { HEAD_VEC4: headVectors, LANES_Y: lanes }),
  };
}

function limitsOf(lanes: number, widest: number, vectors: number): Limits {
  return {
    maxComputeWorkgroupStorageSize: 16 * vectors,
    maxComputeInvocationsPerWorkgroup: lanes * widest,
  };
}

/** Odd, so that keys side by side lie in other banks of workgroup memory. */
function keyStride(headVectors: number): number {
  return headVectors | 1;
}

/** Most columns of a head, in vec4, that `direct` keeps in a thread. */
export const widestHead = 32;

/** Ways to do attention; the first can do all shapes. */
export const attentionVariants: readonly AttentionVariant[] = [
  {
    name: 'direct',
    precision: 'exact',
    needs: {},
    accepts: ({ headVectors }) => headVectors <= widestHead,
    build: (library, { headVectors }) => library.plain('attention', { HEAD_VEC4: headVectors }),
  },
  tiled(8, 8),
  tiled(8, 18),
  tiled(4, widestHead),
  subgroup(8, 8),
  subgroup(4, 18),
];
