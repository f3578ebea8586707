/**
 * A browser's GPU whose devices count the buffers that they have made and not destroyed. Buffers
 * that are read by the host count as made only: a lane keeps them for its next read.
 */
export class CountedGpu {
  readonly #live = new Set<GPUBuffer>();
  readonly gpu: GPU;
  #made = 0;

  constructor(gpu: GPU) {
    this.gpu = wrap(gpu, {
      requestAdapter: async (options?: GPURequestAdapterOptions) => {
        const adapter = await gpu.requestAdapter(options);
        return adapter && this.#countedAdapter(adapter);
      },
    });
  }

  /** Buffers that are there now. */
  get live(): number {
    return this.#live.size;
  }

  /** Buffers that were made so far. */
  get made(): number {
    return this.#made;
  }

  #countedAdapter(adapter: GPUAdapter): GPUAdapter {
    return wrap(adapter, {
      requestDevice: async (descriptor?: GPUDeviceDescriptor) => {
        const device = await adapter.requestDevice(descriptor);
        // The device itself must go on, as command encoders and queues know it alone.
        const createBuffer = device.createBuffer.bind(device);
        device.createBuffer = (wanted) => this.#count(createBuffer(wanted));
        return device;
      },
    });
  }

  #count(buffer: GPUBuffer): GPUBuffer {
    this.#made++;
    if ((buffer.usage & GPUBufferUsage.MAP_READ) === 0) this.#live.add(buffer);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      this.#live.delete(buffer);
      destroy();
    };
    return buffer;
  }
}

/** `target` with some members replaced; its own methods still run on it. */
function wrap<T extends object>(target: T, replaced: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get: (_, key): unknown => {
      if (typeof key === 'string' && key in replaced) return replaced[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
