import { changedGpu } from './changed-gpu';

/** What a device makes; command encoders are not counted, which a step cannot do without. */
const makers = [
  'createBuffer',
  'createTexture',
  'createSampler',
  'createBindGroup',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createShaderModule',
  'createComputePipeline',
  'createComputePipelineAsync',
  'createQuerySet',
] as const satisfies readonly (keyof GPUDevice)[];

/** A browser's GPU that counts what its devices make, by the name of the call. */
export class CountedGpu {
  readonly gpu: GPU;
  readonly #counts = new Map<string, number>();

  constructor(gpu: GPU) {
    this.gpu = changedGpu(gpu, (device) => {
      for (const name of makers) this.#count(device, name);
    });
  }

  /** How often each was called so far. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  #count(device: GPUDevice, name: (typeof makers)[number]): void {
    const make: unknown = Reflect.get(device, name);
    if (typeof make !== 'function') return;
    Reflect.set(device, name, (...parts: readonly unknown[]): unknown => {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
      const made: unknown = Reflect.apply(make, device, parts);
      return made;
    });
  }
}
