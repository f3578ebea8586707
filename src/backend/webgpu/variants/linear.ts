import type { Precision } from '../../backend';
import type { Overrides } from '../gpu/reflection';
import type { Activation } from '../../../ops/op';
import type { KernelLibrary } from '../kernel-library';
import type { LinearCore, LinearEnd, WeightStorage } from '../shaders';
import type { Variant } from './variant';

/** A matrix product as far as it matters to the choice of a kernel. */
export interface LinearShape {
  readonly rows: number;
  /** Columns of x, with padding, everything active. */
  readonly k: number;
  /** Columns of y, with padding, everything active. */
  readonly n: number;
  readonly storage: WeightStorage;
  readonly end: LinearEnd;
  /** Whether x is normed and modulated as it is read. */
  readonly normed: boolean;
  /** Whether the rows are the kept tokens. */
  readonly kept: boolean;
  /** What the program is compiled for. */
  readonly precision: Precision;
  /** Without meaning to the choice; `none` where absent. */
  readonly activation?: Activation;
}

export interface LinearVariant extends Variant<LinearShape, KernelLibrary> {
  readonly core: LinearCore;
  /** What the core's default constants are replaced by. */
  readonly overrides?: Overrides;
}

function variant(
  name: string,
  core: LinearCore,
  more: Pick<LinearVariant, 'needs' | 'accepts' | 'overrides'> &
    Partial<Pick<LinearVariant, 'precision'>>,
): LinearVariant {
  return {
    ...{ name, core, precision: 'exact', ...more },
    build: (library, shape) => library.linear(core, shape, more.overrides),
  };
}

/** Threads of a row group that make 4 rows of 8 x 8 lanes, `slices` times over. */
function sliced(slices: number): LinearVariant {
  const [lanes, rows] = [8, 4];
  // Both tiles of a slice, 4 vec4 of k deep.
  const area = 4 * rows * lanes + 16 * lanes;
  return variant(`tiled32x${slices}`, 'tiled', {
    overrides: { LANES_X: lanes, LANES_Y: lanes, SLICES: slices },
    needs: {
      limits: {
        // With what finding the rows and their statistics takes.
        maxComputeWorkgroupStorageSize: slices * (16 * area + 8 * lanes * lanes) + 1024,
        maxComputeInvocationsPerWorkgroup: lanes * lanes * slices,
      },
    },
    accepts: ({ k }) => k > 128 || slices === 1,
  });
}

/** Tiles of f16, `lanes` x `lanes` threads of 4 rows and a vec4. */
function half(lanes: number): LinearVariant {
  return variant(`half${4 * lanes}`, 'half', {
    precision: 'fast',
    overrides: { LANES_X: lanes, LANES_Y: lanes },
    needs: {
      features: ['f16'],
      limits: {
        ...whole.limits,
        maxComputeInvocationsPerWorkgroup: lanes * lanes,
      },
    },
    // Less than a tile is not worth what it rounds away.
    accepts: ({ k }) => k >= 16,
  });
}

const whole = { limits: { maxComputeWorkgroupStorageSize: 12 << 10 } };

/** Ways to walk a matrix product; the first can do all shapes. */
export const linearVariants: readonly LinearVariant[] = [
  variant('naive', 'naive', {
    needs: {},
    accepts: () => true,
  }),
  variant('register', 'register', {
    needs: {},
    accepts: ({ normed }) => !normed,
  }),
  variant('quad', 'quad', {
    needs: { features: ['subgroups'], software: true },
    accepts: ({ normed }) => !normed,
  }),
  variant('few', 'few', {
    needs: {},
    accepts: ({ rows }) => rows <= 64,
  }),
  variant('tiled64', 'tiled', {
    needs: { limits: { ...whole.limits, maxComputeInvocationsPerWorkgroup: 256 } },
    accepts: () => true,
  }),
  variant('tall', 'tall', {
    needs: whole,
    accepts: () => true,
  }),
  variant('subgroup', 'subgroup', {
    needs: { features: ['subgroups'] },
    accepts: () => true,
  }),
  sliced(1),
  sliced(2),
  sliced(4),
  half(8),
  half(16),
];
