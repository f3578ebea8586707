import { changedGpu } from './changed-gpu';

/** What can go wrong on a device. */
export const faultKinds = ['lost', 'noMemory', 'outOfMemory', 'map', 'compile', 'submit'] as const;

export type FaultKind = (typeof faultKinds)[number];

/** One fault, at the call number `after` of those that it can meet. */
export interface Fault {
  readonly kind: FaultKind;
  readonly after: number;
}

/**
 * A browser's GPU whose devices fail when they are told to: the device is lost (`lost`), a buffer
 * throws (`noMemory`) or is reported later (`outOfMemory`), a read is refused (`map`), a shader does
 * not compile (`compile`), a submission throws (`submit`).
 */
export class FaultyGpu {
  readonly gpu: GPU;
  #fault: Fault | undefined;
  #calls = 0;
  #happened = false;

  constructor(gpu: GPU) {
    this.gpu = changedGpu(gpu, (device) => this.#change(device));
  }

  /** The fault that is to happen next, once. */
  arm(fault: Fault): void {
    this.#fault = fault;
    this.#calls = 0;
    this.#happened = false;
  }

  /** From here on nothing fails any more. */
  disarm(): void {
    this.#fault = undefined;
  }

  /** Whether the fault that was armed last has happened. */
  get happened(): boolean {
    return this.#happened;
  }

  /** Counts a call that faults of some kinds can meet; the kind whose moment this is. */
  #meet(...kinds: readonly FaultKind[]): FaultKind | undefined {
    const fault = this.#fault;
    if (!fault || this.#happened || !kinds.includes(fault.kind)) return undefined;
    if (this.#calls++ < fault.after) return undefined;
    this.#happened = true;
    return fault.kind;
  }

  #change(device: GPUDevice): void {
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (wanted) => {
      const fault = this.#meet('lost', 'noMemory');
      if (fault === 'lost') device.destroy();
      if (fault === 'noMemory') throw new RangeError('no memory');
      const buffer = createBuffer(wanted);
      if ((wanted.usage & GPUBufferUsage.MAP_READ) !== 0) this.#changeMap(device, buffer);
      return buffer;
    };
    const compile = device.createComputePipelineAsync.bind(device);
    device.createComputePipelineAsync = (descriptor) => {
      const fault = this.#meet('lost', 'compile');
      if (fault === 'lost') device.destroy();
      return fault === 'compile' ? Promise.reject(new Error('no ink')) : compile(descriptor);
    };
    const { queue } = device;
    const submit = queue.submit.bind(queue);
    queue.submit = (commands) => {
      const fault = this.#meet('lost', 'submit');
      if (fault === 'lost') device.destroy();
      if (fault === 'submit') throw new TypeError('no more');
      submit(commands);
    };
    const popErrorScope = device.popErrorScope.bind(device);
    device.popErrorScope = async () => {
      const error = await popErrorScope();
      return this.#meet('outOfMemory') ? new GPUOutOfMemoryError('full') : error;
    };
  }

  #changeMap(device: GPUDevice, buffer: GPUBuffer): void {
    const mapAsync = buffer.mapAsync.bind(buffer);
    buffer.mapAsync = (...range) => {
      const fault = this.#meet('lost', 'map');
      if (fault === 'lost') device.destroy();
      return fault === 'map'
        ? Promise.reject(new DOMException('not now', 'OperationError'))
        : mapAsync(...range);
    };
  }
}
