import { DyditError } from '../../errors';
import type { Activation } from '../../ops/op';
import { Kernel } from './gpu/kernel';
import type { Gpu } from './gpu/device';
import { reflectShader, type Overrides } from './gpu/reflection';
import {
  activationsSource,
  convSource,
  linearSource,
  plainShaders,
  weightedShaders,
  weightedSource,
  type LinearCore,
  type LinearParts,
  type PlainShader,
  type WeightedShader,
  type WeightStorage,
} from './shaders';

/** A matrix product and the function that it ends with. */
export interface LinearKernel extends LinearParts {
  readonly activation?: Activation;
}

/** Compiles the shaders of one device, each once. */
export class KernelLibrary {
  readonly #compiled = new Map<string, Promise<Kernel>>();
  readonly #activations = reflectShader(activationsSource).constants;

  constructor(readonly gpu: Gpu) {}

  /** Storage for weights that the checkpoint has in f16. */
  get halfStorage(): WeightStorage {
    return this.gpu.features.f16 ? 'f16' : 'f16-packed';
  }

  /** A kernel without weights. @throws DyditError `shader-failed` */
  plain(name: PlainShader, overrides: Overrides = {}): Promise<Kernel> {
    return this.#compile(name, () => plainShaders[name], overrides);
  }

  /** A kernel that reads weights as `storage` has them. @throws DyditError `shader-failed` */
  weighted(
    name: WeightedShader,
    storage: WeightStorage,
    overrides: Overrides = {},
  ): Promise<Kernel> {
    const code = (): string => weightedSource(name, storage);
    return this.#compile(`${name}.${storage}`, code, overrides);
  }

  /** A kernel of a matrix product. @throws DyditError `shader-failed` */
  linear(core: LinearCore, parts: LinearKernel, overrides: Overrides = {}): Promise<Kernel> {
    const { storage, end, normed, kept, activation = 'none' } = parts;
    const name = [core, end, ...(normed ? ['normed'] : []), ...(kept ? ['kept'] : []), storage];
    const ending: Overrides = end === 'Store' ? { ACTIVATION: this.#activation(activation) } : {};
    const all = { ...overrides, ...ending };
    return this.#compile(`linear.${name.join('.')}`, () => linearSource(core, parts), all);
  }

  /** A kernel of a convolution as a matrix product. @throws DyditError `shader-failed` */
  convProduct(core: LinearCore, storage: WeightStorage, overrides: Overrides): Promise<Kernel> {
    return this.#compile(`conv.${core}.${storage}`, () => convSource(core, storage), overrides);
  }

  /** A constant of a shader, or the default of an `override`. */
  constant(shader: WeightedShader, name: string): number {
    const value = reflectShader(weightedShaders[shader]).constants.get(name);
    if (value !== undefined) return value;
    throw new DyditError('internal', `The shader ${shader} has no constant "${name}".`);
  }

  /** The number by which shaders know an activation. */
  #activation(name: Activation): number {
    const number = this.#activations.get(`ACTIVATION_${name.toUpperCase()}`);
    if (number !== undefined) return number;
    throw new DyditError('internal', `shaders/lib/activations.wgsl has no ${name}.`);
  }

  #compile(label: string, code: () => string, overrides: Overrides): Promise<Kernel> {
    const key = `${label} ${JSON.stringify(overrides)}`;
    const known = this.#compiled.get(key);
    if (known) return known;
    const kernel = Kernel.compile(this.gpu, label, code(), overrides);
    this.#compiled.set(key, kernel);
    // A failure may be a passing one (memory), so that the next try compiles anew.
    kernel.catch(() => this.#compiled.delete(key));
    return kernel;
  }
}
