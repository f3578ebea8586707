import { DyditError } from '../../../errors';
import type { Precision } from '../../backend';
import type { Gpu } from '../gpu/device';
import { attentionVariants, type AttentionShape, type AttentionVariant } from './attention';
import { convVariants, type ConvShape, type ConvVariant } from './conv';
import { linearVariants, type LinearShape, type LinearVariant } from './linear';
import { keyOf, type TunedOp } from './tuned-op';
import { describeNeeds, meets, type Limits, type Variant } from './variant';

/**
 * Variants by name that are to be used for every shape that they accept, also in a program of another
 * precision; for tests and benchmarks.
 */
export interface Forced {
  readonly linear?: string;
  readonly attention?: string;
  readonly conv?: string;
  /** Whether norms are done in the product behind them. */
  readonly fused?: boolean;
}

/** Columns up to which a norm is made anew by every tile of the product behind it. */
const widestFusedNorm = 512;

/** Workgroups that keep a card busy: some for each of a few dozen cores. */
const enoughWorkgroups = 160;

/** Which variant does an op: the forced one, else what was measured, else what the table says. */
export class VariantChoice {
  readonly #measured = new Map<string, string>();

  constructor(
    private readonly gpu: Pick<Gpu, 'software' | 'features'> & {
      readonly device: { readonly limits: Limits };
    },
    private readonly forced: Forced = {},
  ) {}

  /** @throws DyditError as `attention` */
  linear(shape: LinearShape): LinearVariant {
    const forced = this.#forced(linearVariants, shape, this.forced.linear);
    if (forced) return forced;
    const names = this.gpu.software ? softwareLinear(shape) : cardLinear(shape);
    const suited = linearVariants.filter((variant) => isOf(variant, shape.precision));
    return this.#choose(suited, shape, [this.#measuredFor({ kind: 'linear', shape }), ...names]);
  }

  /**
   * @throws DyditError `invalid-request` where there is no variant of the forced name,
   *   `adapter-refused` where the adapter lacks what it needs
   */
  attention(shape: AttentionShape): AttentionVariant {
    const forced = this.#forced(attentionVariants, shape, this.forced.attention);
    if (forced) return forced;
    const tiles = attentionVariants.map(({ name }) => name).filter((name) => name !== 'direct');
    const names = this.gpu.software ? ['direct'] : [...tiles, 'direct'];
    const measured = this.#measuredFor({ kind: 'attention', shape });
    return this.#choose(attentionVariants, shape, [measured, ...names]);
  }

  /** @throws DyditError as `attention` */
  conv(shape: ConvShape): ConvVariant {
    const forced = this.#forced(convVariants, shape, this.forced.conv);
    if (forced) return forced;
    const names = this.gpu.software ? ['pixels'] : cardConv(shape);
    return this.#choose(convVariants, shape, [
      this.#measuredFor({ kind: 'conv', shape }),
      ...names,
    ]);
  }

  /** Names of the variants that a measurement may choose among. */
  candidates(op: TunedOp): readonly string[] {
    if (this.gpu.software || this.forced[op.kind] !== undefined) return [];
    switch (op.kind) {
      case 'linear': {
        // Bits are never left to a clock unless that was asked for; the readable one is never fastest.
        const suited = linearVariants.filter(
          (variant) => isOf(variant, op.shape.precision) && variant.name !== 'naive',
        );
        return this.#able(suited, op.shape).map(({ name }) => name);
      }
      case 'attention':
        return this.#able(attentionVariants, op.shape).map(({ name }) => name);
      case 'conv':
        return this.#able(convVariants, op.shape).map(({ name }) => name);
    }
  }

  /** Whether the norm in front of a product is done as it reads x. */
  fusesNorm(shape: LinearShape): boolean {
    const variant = linearVariants.find(({ name }) => name === this.forced.linear);
    if (variant && !variant.accepts({ ...shape, normed: true })) return false;
    // A processor norms once more cheaply than twice; a card waits for every dispatch.
    return this.forced.fused ?? (!this.gpu.software && shape.k <= widestFusedNorm);
  }

  /** What was measured, by `keyOf`. */
  get measured(): ReadonlyMap<string, string> {
    return this.#measured;
  }

  /** @param name of the variant that was fastest */
  remember(key: string, name: string): void {
    this.#measured.set(key, name);
  }

  forget(): void {
    this.#measured.clear();
  }

  #measuredFor(op: TunedOp): string | undefined {
    return this.#measured.get(keyOf(op));
  }

  /** Variants that can do a shape here. */
  #able<Shape, V extends Variant<Shape, never>>(variants: readonly V[], shape: Shape): V[] {
    return variants.filter((variant) => variant.accepts(shape) && meets(variant.needs, this.gpu));
  }

  /** The variant of that name, if it accepts the shape. */
  #forced<Shape, V extends Variant<Shape, never>>(
    variants: readonly V[],
    shape: Shape,
    name: string | undefined,
  ): V | undefined {
    if (name === undefined) return undefined;
    const variant = variants.find((each) => each.name === name);
    if (!variant) {
      const names = variants.map((each) => each.name).join(', ');
      throw new DyditError(
        'invalid-request',
        `There is no kernel "${name}".`,
        `Name one of ${names}.`,
      );
    }
    if (!variant.accepts(shape)) return undefined;
    if (meets(variant.needs, this.gpu)) return variant;
    throw new DyditError(
      'adapter-refused',
      `This adapter can't run the kernel ${name}: it needs ${describeNeeds(variant.needs)}.`,
      'Name another kernel, or start on another adapter.',
    );
  }

  /** The first of `names` that can do the shape here; else the first that can. */
  #choose<Shape, V extends Variant<Shape, never>>(
    variants: readonly V[],
    shape: Shape,
    names: readonly (string | undefined)[],
  ): V {
    const able = this.#able(variants, shape);
    for (const name of names) {
      const found = able.find((variant) => variant.name === name);
      if (found) return found;
    }
    if (able.length > 0) return able[0];
    throw new DyditError('internal', `No kernel can do ${JSON.stringify(shape)}.`);
  }
}

/** Whether a program that was compiled for `asked` may use a variant. */
function isOf({ precision }: LinearVariant, asked: Precision): boolean {
  return precision === 'exact' || asked === 'fast';
}

/** On a processor: registers; where there are few rows, one thread must not do them alone. */
function softwareLinear({ rows, precision }: LinearShape): readonly string[] {
  // Slower there than f32, but what was asked for is what is done.
  if (rows > 8 && precision === 'fast') return ['half64', 'half32'];
  const registers = ['quad', 'register', 'tiled64'];
  return rows <= 8 ? ['few', ...registers] : registers;
}

/** On a card that was not measured: the largest tiles of which there are enough. */
function cardLinear({ rows, n, precision }: LinearShape): readonly string[] {
  if (rows <= 8) return ['few', 'tiled32x1'];
  const tiles = (side: number): number => Math.ceil(rows / side) * Math.ceil(n / side);
  if (precision === 'fast') {
    return tiles(64) >= enoughWorkgroups ? ['half64', 'half32'] : ['half32'];
  }
  if (tiles(64) >= enoughWorkgroups) return ['tall', 'tiled32x1'];
  if (tiles(32) >= enoughWorkgroups) return ['tiled32x1'];
  return ['tiled32x4', 'tiled32x2', 'tiled32x1'];
}

/** On a card that was not measured: tiles of which there are enough; few channels fill none. */
function cardConv({ pixels, phases, n }: ConvShape): readonly string[] {
  if (n < 32) return ['pixels'];
  const tiles = phases * Math.ceil(pixels / 64) * Math.ceil(n / 64);
  return tiles >= enoughWorkgroups ? ['productTall', 'product32'] : ['product32'];
}
