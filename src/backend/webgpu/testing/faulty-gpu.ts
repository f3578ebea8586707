import { changedGpu } from './changed-gpu';

/** Calls that answer at once: they fail by throwing. */
const throwing = [
  'createBuffer',
  'createShaderModule',
  'createBindGroupLayout',
  'createPipelineLayout',
  'createBindGroup',
  'createQuerySet',
  'createCommandEncoder',
  'beginComputePass',
  'finish',
  'submit',
  'writeBuffer',
  'getMappedRange',
] as const;

/** Calls that answer later: they fail by rejecting. */
const rejecting = [
  'createComputePipelineAsync',
  'mapAsync',
  'popErrorScope',
  'onSubmittedWorkDone',
] as const;

export const faultyCalls = [...throwing, ...rejecting] as const;

export type FaultyCall = (typeof faultyCalls)[number];

/**
 * How a call fails: the device is lost as it is made, it fails with an error of some name, or it
 * reports that something went wrong before (`popErrorScope` alone).
 */
export const faultWays = [
  'lost',
  'RangeError',
  'TypeError',
  'OperationError',
  'AbortError',
  'GPUOutOfMemoryError',
  'GPUValidationError',
  'GPUInternalError',
] as const;

export type FaultWay = (typeof faultWays)[number];

/** One fault, at the call number `after` of its kind. */
export interface Fault {
  readonly call: FaultyCall;
  readonly way: FaultWay;
  readonly after: number;
}

/** The ways in which a call can fail. */
export function waysOf(call: FaultyCall): readonly FaultWay[] {
  return call === 'popErrorScope' ? faultWays : faultWays.filter((way) => !way.startsWith('GPU'));
}

/** A browser's GPU whose devices fail when they are told to. */
export class FaultyGpu {
  readonly gpu: GPU;
  /** Devices so far, the last one last. */
  readonly devices: GPUDevice[] = [];
  readonly #counts = new Map<FaultyCall, number>();
  #fault: Fault | undefined;
  #happened = false;

  constructor(gpu: GPU) {
    this.gpu = changedGpu(gpu, (device) => this.#change(device));
  }

  /** The fault that is to happen next, once; none where absent. Calls are counted anew. */
  arm(fault?: Fault): void {
    this.#counts.clear();
    this.#fault = fault;
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

  /** Calls since `arm`. */
  count(call: FaultyCall): number {
    return this.#counts.get(call) ?? 0;
  }

  #change(device: GPUDevice): void {
    this.devices.push(device);
    const watch = (target: object, names: readonly FaultyCall[]): void => {
      for (const name of names) this.#watch(device, target, name, watch);
    };
    watch(
      device,
      faultyCalls.filter((name) => name in device),
    );
    watch(
      device.queue,
      faultyCalls.filter((name) => name in device.queue),
    );
  }

  /** Puts a call in the place of `target[name]` that fails at its moment; watches what it makes. */
  #watch(
    device: GPUDevice,
    target: object,
    name: FaultyCall,
    watch: (made: object, names: readonly FaultyCall[]) => void,
  ): void {
    const call: unknown = Reflect.get(target, name);
    if (typeof call !== 'function') throw new Error(`There is no ${name}.`);
    Reflect.set(target, name, (...given: readonly unknown[]): unknown => {
      const way = this.#meet(name);
      if (way === 'lost') device.destroy();
      else if (way) return failing(name, way, (): unknown => Reflect.apply(call, target, given));
      const made: unknown = Reflect.apply(call, target, given);
      if (made instanceof GPUBuffer) watch(made, ['mapAsync', 'getMappedRange']);
      if (made instanceof GPUCommandEncoder) watch(made, ['beginComputePass', 'finish']);
      return made;
    });
  }

  /** Counts a call; the way in which it is to fail, where this is its moment. */
  #meet(call: FaultyCall): FaultWay | undefined {
    const before = this.count(call);
    this.#counts.set(call, before + 1);
    if (this.#happened || this.#fault?.call !== call || before < this.#fault.after) {
      return undefined;
    }
    this.#happened = true;
    return this.#fault.way;
  }
}

/** Fails as the call does; a scope that reports or rejects is popped all the same. */
function failing(call: FaultyCall, way: Exclude<FaultWay, 'lost'>, pop: () => unknown): unknown {
  if (call === 'popErrorScope') Promise.resolve(pop()).catch(() => undefined);
  if (way === 'GPUOutOfMemoryError') return Promise.resolve(new GPUOutOfMemoryError('full'));
  if (way === 'GPUValidationError') return Promise.resolve(new GPUValidationError('not so'));
  if (way === 'GPUInternalError') return Promise.resolve(new GPUInternalError('too hot'));
  const error = errorNamed(way);
  if (rejecting.some((name) => name === call)) return Promise.reject(error);
  throw error;
}

function errorNamed(name: 'RangeError' | 'TypeError' | 'OperationError' | 'AbortError'): Error {
  if (name === 'RangeError') return new RangeError('out of range');
  if (name === 'TypeError') return new TypeError('no more');
  return new DOMException('not now', name);
}
