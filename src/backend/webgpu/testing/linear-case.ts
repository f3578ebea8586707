import { expect } from 'vitest';
import { activeElements, type Groups, type LinearInputs } from '../../reference/kernels/linear';
import {
  linearVariants,
  type KernelLibrary,
  type LinearVariant,
  type WeightStorage,
} from '../kernels/library';
import type { TestData } from './guarded-buffer';
import { halfValue, randomHalves } from './half';
import { randomFloats } from './random';
import type { TestBed, TestBindings } from './test-bed';

/** A dimension cut into `count` groups of `size`, of which `active` take part. */
export interface GroupedAxis extends Groups {
  readonly count: number;
}

/** An axis without gates. */
export function wholeAxis(size: number): GroupedAxis {
  return { size, count: 1, active: [0] };
}

/** A linear layer with the same weights in every storage. */
export interface LinearCase {
  readonly inputs: LinearInputs & {
    readonly x: Float32Array<ArrayBuffer>;
    readonly bias: Float32Array<ArrayBuffer>;
  };
  readonly halves: Uint16Array<ArrayBuffer>;
}

/** Random x and bias, and weights that an f16 holds exactly. */
export function randomLinear(
  random: () => number,
  rows: number,
  k: GroupedAxis,
  n: GroupedAxis,
): LinearCase {
  const inWidth = k.count * k.size;
  const outWidth = n.count * n.size;
  const halves = randomHalves(random, inWidth * outWidth);
  return {
    inputs: {
      rows,
      x: randomFloats(random, rows * activeElements(k).length),
      weight: Float32Array.from(halves, halfValue),
      bias: randomFloats(random, outWidth),
      inWidth,
      outWidth,
      k,
      n,
    },
    halves,
  };
}

/** The weight as a storage has it. */
export function storedWeight(linear: LinearCase, storage: WeightStorage): TestData {
  return storage === 'f32' ? Float32Array.from(linear.inputs.weight) : linear.halves;
}

/** Storages that this device can read. */
export function usableStorages(library: KernelLibrary): readonly WeightStorage[] {
  return library.gpu.features.f16 ? ['f32', 'f16-packed', 'f16'] : ['f32', 'f16-packed'];
}

export const allVariants: readonly LinearVariant[] = ['naive', 'register', 'tiled'];

/** Every pair of variant and storage: [variant, storage]. */
export function variantsAndStorages(
  library: KernelLibrary,
): readonly (readonly [LinearVariant, WeightStorage])[] {
  return allVariants.flatMap((variant) =>
    usableStorages(library).map((storage) => [variant, storage] as const),
  );
}

/** A row list: count, then the token of each row. */
export function rowList(tokens: readonly number[]): Uint32Array<ArrayBuffer> {
  return Uint32Array.of(tokens.length, ...tokens);
}

/** Workgroups of a linear kernel. */
export function linearGrid(
  variant: LinearVariant,
  rows: number,
  columns: number,
): readonly [number, number] {
  const { tileRows, tileColumns } = linearVariants[variant];
  return [Math.ceil(columns / 4 / tileColumns), Math.ceil(rows / tileRows)];
}

/** Base of the evaluation's records in the width table; what stands below belongs to another. */
const tableBase = 3;

/** Bindings and uniforms that all linear kernels share. */
export function linearOperands(
  bed: TestBed,
  linear: LinearCase,
  storage: WeightStorage,
  rows: readonly number[],
): {
  bindings: TestBindings;
  uniforms: Readonly<Record<string, Readonly<Record<string, number>>>>;
} {
  const { x, bias, k, n, outWidth } = linear.inputs;
  expect((k.size % 4) + (n.size % 4), 'widths of groups are multiples of 4').toBe(0);
  const otherEvaluation = [9, 9, 9];
  const table = [...otherEvaluation, n.active.length, ...n.active, k.active.length, ...k.active];
  return {
    bindings: {
      x: bed.input('x', x),
      weight: bed.input('weight', storedWeight(linear, storage)),
      bias: bed.input('bias', bias),
      width_table: bed.input('widthTable', Uint32Array.from(table)),
      rows: bed.input('rows', rowList(rows)),
    },
    uniforms: {
      dims: {
        n_group: n.size / 4,
        n_record: 0,
        n_stride: outWidth / 4,
        k_group: k.size / 4,
        k_record: 1 + n.active.length,
      },
      step: { table_base: tableBase },
    },
  };
}
