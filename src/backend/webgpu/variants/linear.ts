import type { Overrides } from '../gpu/kernel';
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
  /** Without meaning to the choice; `none` where absent. */
  readonly activation?: Activation;
}

export interface LinearVariant extends Variant<LinearShape, KernelLibrary> {
  /** What the core's default constants are replaced by. */
  readonly overrides?: Overrides;
}

function variant(
  name: string,
  core: LinearCore,
  more: Pick<LinearVariant, 'needs' | 'accepts' | 'overrides'>,
): LinearVariant {
  return {
    ...{ name, precision: 'exact', ...more },
    build: (library, shape) => library.linear(core, shape, more.overrides),
  };
}

/** Threads of a row group that make 4 rows of 8 x 8 lanes, `slices` times over. */
function sliced(slices: number): LinearVariant {
  const [lanes, rows] = [8, 4];
  const tile = { rows: rows * lanes, columns: lanes };
  // Both tiles of a slice, 4 vec4 of k deep.
  const area = 4 * tile.rows + 16 * tile.columns;
  return variant(`tiled32x${slices}`, 'tiled', {
    overrides: {
      ...{ LANES_X: lanes, LANES_Y: lanes, SLICES: slices },
      ...{ TILE_ROWS: tile.rows, TILE_COLUMNS: tile.columns },
      ...{ TILE_AREA: area, THREADS: lanes * lanes * slices },
    },
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
  sliced(1),
  sliced(2),
  sliced(4),
];
