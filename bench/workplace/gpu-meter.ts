import { changedGpu } from '../../src/backend/webgpu/testing/changed-gpu';

/**
 * A `navigator.gpu` whose devices are counted: the bytes of the buffers that are there, and how long
 * this thread was at writing, encoding and submitting.
 */
export class GpuMeter {
  readonly gpu: GPU;
  #bytes = 0;
  #hostMs = 0;

  constructor(gpu: GPU) {
    this.gpu = changedGpu(gpu, (device) => {
      this.#countBuffers(device);
      this.#timeCommands(device);
    });
  }

  /** Bytes of all buffers that were made and not destroyed. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Milliseconds so far between the making of an encoder and the end of its submission, and of writes. */
  get hostMs(): number {
    return this.#hostMs;
  }

  #countBuffers(device: GPUDevice): void {
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (wanted) => {
      const buffer = createBuffer(wanted);
      this.#bytes += wanted.size;
      const destroy = buffer.destroy.bind(buffer);
      let isThere = true;
      buffer.destroy = () => {
        if (isThere) this.#bytes -= wanted.size;
        isThere = false;
        destroy();
      };
      return buffer;
    };
  }

  #timeCommands(device: GPUDevice): void {
    const { queue } = device;
    const createCommandEncoder = device.createCommandEncoder.bind(device);
    const submit = queue.submit.bind(queue);
    const writeBuffer = queue.writeBuffer.bind(queue);
    let begun = 0;
    device.createCommandEncoder = (descriptor) => {
      begun = performance.now();
      return createCommandEncoder(descriptor);
    };
    queue.submit = (commands) => {
      submit(commands);
      this.#hostMs += performance.now() - begun;
    };
    queue.writeBuffer = (...write: Parameters<GPUQueue['writeBuffer']>) => {
      const start = performance.now();
      writeBuffer(...write);
      this.#hostMs += performance.now() - start;
    };
  }
}
