import { DyditError } from '../../errors';
import type { Activation } from '../../ops/op';
import { Kernel, type Overrides } from './gpu/kernel';
import type { Gpu } from './gpu/device';
import { reflectShader } from './gpu/reflection';
import {
  activationsSource,
  plainShaders,
  weightedShaders,
  weightReaders,
  type PlainShader,
  type WeightedShader,
  type WeightStorage,
} from './shaders';

/** Ways to walk a matrix product; all give the same bits. */
export const linearVariants = ['naive', 'register', 'tiled'] as const;

export type LinearVariant = (typeof linearVariants)[number];

/** How a linear layer ends; see the shaders of this name in shaders/lib. */
export type LinearEnd = 'Store' | 'AddGated';

/** Compiles the shaders of one device, each variant once. */
export class KernelLibrary {
  readonly #compiled = new Map<string, Promise<Kernel>>();
  readonly #activations = reflectShader(activationsSource).constants;
  /** Chosen by measurement (see `tune.ts`); the register tile is the one that works everywhere. */
  linearVariant: LinearVariant = 'register';
  /** Measured throughput of that variant, two flops a multiply-add; the guess before is low. */
  linearGflops = 1;

  constructor(readonly gpu: Gpu) {}

  /** Storage for weights that the checkpoint has in f16. */
  get halfStorage(): WeightStorage {
    return this.gpu.features.f16 ? 'f16' : 'f16-packed';
  }

  /** A kernel without weights. @throws DyditError `shader-failed` */
  plain(name: PlainShader, overrides: Overrides = {}): Promise<Kernel> {
    return this.#compile(name, plainShaders[name], overrides);
  }

  /** A kernel that reads weights as `storage` has them. @throws DyditError `shader-failed` */
  weighted(
    name: WeightedShader,
    storage: WeightStorage,
    overrides: Overrides = {},
  ): Promise<Kernel> {
    const code = `${weightReaders[storage]}\n${weightedShaders[name]}`;
    return this.#compile(`${name}.${storage}`, code, overrides);
  }

  /** The kernel of a matrix product, of the variant that was found fastest. */
  linear(end: LinearEnd, storage: WeightStorage, overrides: Overrides = {}): Promise<Kernel> {
    return this.weighted(`${this.linearVariant}${end}`, storage, overrides);
  }

  /** A constant of a shader, or the default of an `override`. */
  constant(shader: WeightedShader, name: string): number {
    const value = reflectShader(weightedShaders[shader]).constants.get(name);
    if (value !== undefined) return value;
    throw new DyditError('internal', `The shader ${shader} has no constant "${name}".`);
  }

  /** The number by which shaders know an activation. */
  activation(name: Activation): number {
    const number = this.#activations.get(`ACTIVATION_${name.toUpperCase()}`);
    if (number !== undefined) return number;
    throw new DyditError('internal', `shaders/lib/activations.wgsl has no ${name}.`);
  }

  #compile(label: string, code: string, overrides: Overrides): Promise<Kernel> {
    const key = `${label} ${JSON.stringify(overrides)}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const kernel = Kernel.compile(this.gpu, label, code, overrides);
    this.#compiled.set(key, kernel);
    // A failure may be a passing one (memory), so that the next try compiles anew.
    kernel.catch(() => this.#compiled.delete(key));
    return kernel;
  }
}
