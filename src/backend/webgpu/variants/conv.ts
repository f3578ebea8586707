import type { Overrides } from '../gpu/reflection';
import { inVectors } from '../layout';
import type { KernelLibrary } from '../kernel-library';
import type { WeightStorage } from '../shaders';
import { linearVariants, type LinearVariant } from './linear';
import type { Variant } from './variant';

/** A convolution as far as it matters to the choice of a kernel. */
export interface ConvShape {
  /** Of x that are made into pixels of y. */
  readonly pixels: number;
  /** Pixels of y that each is made into. */
  readonly phases: number;
  /** Taps along a side. */
  readonly taps: number;
  /** C, with padding. */
  readonly channels: number;
  /** N, with padding. */
  readonly n: number;
  readonly storage: WeightStorage;
  /** Whether y is added to. */
  readonly adds: boolean;
  /** Whether max(y, 0) is what remains. */
  readonly relu: boolean;
}

export interface ConvVariant extends Variant<ConvShape, KernelLibrary> {
  /** What a workgroup makes: `pixels` in a row of x, or rows of a product. */
  readonly walks: 'pixels' | 'product';
}

/** All channels of 8 pixels in a row from registers: reads a pixel once for the taps along a row. */
const pixels: ConvVariant = {
  name: 'pixels',
  precision: 'exact',
  needs: {},
  walks: 'pixels',
  accepts: () => true,
  build: (library, shape) =>
    library.weighted('conv', shape.storage, {
      ...endOf(shape),
      ...lanes(inVectors(shape.n), (name) => library.constant('conv', name)),
    }),
};

/** On the tiles of a linear layer: for each weight that is read there are many pixels. */
function product({ name, core, needs, overrides }: LinearVariant): ConvVariant {
  return {
    ...{ name: products[name], needs, precision: 'exact', walks: 'product' },
    accepts: () => true,
    build: (library, shape) =>
      library.convProduct(core, shape.storage, { ...overrides, ...endOf(shape) }),
  };
}

/** Kernels of linear layers that add up all k in the order in which they come, and their names here. */
const products: Readonly<Record<string, string>> = {
  tall: 'productTall',
  tiled64: 'product64',
  tiled32x1: 'product32',
};

function endOf({ taps, adds, relu }: ConvShape): Overrides {
  return { SIZE: taps, ADDS: adds ? 1 : 0, RELU: relu ? 1 : 0 };
}

/** Threads of a workgroup along channels, no more than there are, and the rest along pixels. */
function lanes(columns: number, constant: (name: string) => number): Overrides {
  const most = constant('LANES_X');
  const threads = most * constant('LANES_Y');
  let x = 1;
  while (x < most && x < columns) x *= 2;
  return { LANES_X: x, LANES_Y: threads / x };
}

/** Ways to do a convolution; the first can do all shapes. */
export const convVariants: readonly ConvVariant[] = [
  pixels,
  ...linearVariants.filter(({ name }) => Object.hasOwn(products, name)).map(product),
];
