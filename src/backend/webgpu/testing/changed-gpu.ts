/** A browser's GPU whose devices are handed to `change` before anybody uses them. */
export function changedGpu(gpu: GPU, change: (device: GPUDevice) => void): GPU {
  return withMembers(gpu, {
    requestAdapter: async (options?: GPURequestAdapterOptions) => {
      const adapter = await gpu.requestAdapter(options);
      return adapter && withMembers(adapter, { requestDevice: requestDevice(adapter, change) });
    },
  });
}

function requestDevice(adapter: GPUAdapter, change: (device: GPUDevice) => void) {
  return async (descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> => {
    const device = await adapter.requestDevice(descriptor);
    change(device);
    return device;
  };
}

/** `target` with some members replaced; its own methods still run on it. */
export function withMembers<T extends object>(
  target: T,
  members: Readonly<Record<string, unknown>>,
): T {
  return new Proxy(target, {
    get: (_, key): unknown => {
      if (typeof key === 'string' && key in members) return members[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
