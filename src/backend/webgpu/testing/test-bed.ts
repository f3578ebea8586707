import { afterAll, test } from 'vitest';
import { BufferArena } from '../gpu/buffer';
import { requestGpu, type Gpu } from '../gpu/device';
import { withErrorScopes } from '../gpu/error-scope';
import type { Bindings, Kernel, Uniforms } from '../gpu/kernel';
import { KernelLibrary } from '../kernels/library';
import { GuardedBuffer, guardInput, type TestData } from './guarded-buffer';

/** Bindings of a test: read-only buffers, or guarded outputs. */
export type TestBindings = Readonly<Record<string, GPUBuffer | GuardedBuffer>>;

export type Grid = readonly [x: number, y?: number, z?: number];

/** What a kernel test works with: buffers that are freed with the test, and one-line dispatches. */
export class TestBed {
  constructor(
    readonly gpu: Gpu,
    readonly library: KernelLibrary,
    private readonly arena: BufferArena,
  ) {}

  /** A read-only buffer, poisoned past its end so that a read from there shows in the result. */
  input(name: string, data: TestData): GPUBuffer {
    return this.arena.upload(name, guardInput(data));
  }

  /** A buffer that kernels write, with canaries past its end that `read` checks. */
  output(name: string, initial: TestData, extraUsage = 0): GuardedBuffer {
    return new GuardedBuffer(this.gpu, this.arena, name, initial, extraUsage);
  }

  /** Runs a kernel once. */
  dispatch(kernel: Kernel, bindings: TestBindings, uniforms: Uniforms, grid: Grid): void {
    this.#encode(kernel, bindings, uniforms, (bound, pass) => bound.dispatch(pass, ...grid));
  }

  /** Runs a kernel once on the grid that stands in `args`. */
  dispatchIndirect(
    kernel: Kernel,
    bindings: TestBindings,
    uniforms: Uniforms,
    args: GuardedBuffer,
    byteOffset = 0,
  ): void {
    this.#encode(kernel, bindings, uniforms, (bound, pass) =>
      bound.dispatchIndirect(pass, args.buffer, byteOffset),
    );
  }

  #encode(
    kernel: Kernel,
    bindings: TestBindings,
    uniforms: Uniforms,
    record: (bound: ReturnType<Kernel['bind']>, pass: GPUComputePassEncoder) => void,
  ): void {
    const buffers: Bindings = Object.fromEntries(
      Object.entries(bindings).map(([name, value]) => [
        name,
        value instanceof GuardedBuffer ? value.buffer : value,
      ]),
    );
    const bound = this.arena.adopt(kernel.bind(`Test.${kernel.label}`, buffers, uniforms));
    const encoder = this.gpu.device.createCommandEncoder({ label: `Test.${kernel.label}` });
    const pass = encoder.beginComputePass();
    record(bound, pass);
    pass.end();
    this.gpu.device.queue.submit([encoder.finish()]);
  }
}

/** A test of kernels, run inside error scopes of the device. */
export type GpuTest = (name: string, body: (bed: TestBed) => Promise<void>) => void;

/**
 * Opens the device that all tests of a file share; it is given back after the last.
 * @throws Error where there is no adapter: without one these tests fail, they never skip
 */
export async function openGpuTests(): Promise<{ gpu: Gpu; gpuTest: GpuTest }> {
  const gpu = await requestGpu(navigator.gpu).catch((cause: unknown) => {
    throw new Error(`Kernel tests need a WebGPU adapter, and there is none: ${String(cause)}`, {
      cause,
    });
  });
  const library = new KernelLibrary(gpu);
  afterAll(() => gpu.device.destroy());
  const gpuTest: GpuTest = (name, body) => {
    test(name, async () => {
      const arena = new BufferArena(gpu, 'Test');
      try {
        await withErrorScopes(gpu, `testing "${name}"`, () =>
          body(new TestBed(gpu, library, arena)),
        );
      } finally {
        arena.destroy();
      }
    });
  };
  return { gpu, gpuTest };
}
