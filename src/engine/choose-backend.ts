import type { Backend } from '../backend/backend';
import { DyditError } from '../errors';
import type { EngineOptions, MachineReport } from './api';

/** What this platform can compute on. */
export interface Platform {
  /** The graphics adapter in words; undefined where there is none, or no WebGPU. */
  probeAdapter(): Promise<AdapterReport | undefined>;
  /** @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed` */
  startWebGpu(): Promise<Backend>;
  /** @param threads as many as the processor has where absent */
  startWasm(threads?: number): Promise<Backend>;
}

export interface AdapterReport {
  readonly description: string;
  /** True for one that the processor imitates. */
  readonly software: boolean;
}

/** A backend that has started, and how it came to be the one. */
export interface ChosenBackend {
  readonly backend: Backend;
  readonly machine: MachineReport;
}

/**
 * Starts what was asked for. `auto` takes a real graphics card; where there is none, or it fails to
 * start, the processor computes, and the machine's report says why.
 * @throws DyditError `invalid-request`, `webgpu-unavailable`, `adapter-refused`, `shader-failed`
 */
export async function chooseBackend(
  { backend: choice = 'auto', threads }: EngineOptions,
  platform: Platform = thisPlatform,
): Promise<ChosenBackend> {
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1)) {
    throw new DyditError(
      'invalid-request',
      `The number of threads is ${threads}; a whole number from 1 was expected.`,
      'Correct the setting and try again.',
    );
  }
  switch (choice) {
    case 'webgpu':
      return chosen(await platform.startWebGpu());
    case 'wasm':
      return chosen(await platform.startWasm(threads));
    case 'auto':
      return chooseAutomatically(platform, threads);
  }
}

async function chooseAutomatically(platform: Platform, threads?: number): Promise<ChosenBackend> {
  const reason = await reasonAgainstGpu(platform);
  if (reason === undefined) {
    try {
      return chosen(await platform.startWebGpu());
    } catch (thrown) {
      const { message } = DyditError.from(thrown);
      return chosen(await platform.startWasm(threads), `The graphics card failed: ${message}`);
    }
  }
  return chosen(await platform.startWasm(threads), reason);
}

/** Why the graphics card is out of the question, without starting it; undefined where it is not. */
async function reasonAgainstGpu(platform: Platform): Promise<string | undefined> {
  const adapter = await platform.probeAdapter().catch(() => undefined);
  if (!adapter) return 'No graphics card can be reached through WebGPU.';
  if (!adapter.software) return undefined;
  return `There is no graphics card: WebGPU would run on the processor (${adapter.description}), more slowly than this.`;
}

/** @param reason why it is not the graphics card */
function chosen(backend: Backend, reason?: string): ChosenBackend {
  const { report } = backend;
  if (reason === undefined) return { backend, machine: report };
  return { backend, machine: { ...report, fallbacks: [reason, ...report.fallbacks] } };
}

/** Each backend's code is fetched when it is started: a page with a graphics card needs one alone. */
const thisPlatform: Platform = {
  async probeAdapter() {
    const gpu = navigatorGpu();
    if (!gpu) return undefined;
    const { requestAdapter } = await import('../backend/webgpu/gpu/device');
    const { adapterName, isSoftware } = await import('../backend/webgpu/gpu/adapter-words');
    const adapter = await requestAdapter(gpu);
    const description = adapterName(adapter);
    return { description, software: isSoftware(adapter, description) };
  },
  async startWebGpu() {
    const { createWebGpuBackend } = await import('../backend/webgpu/webgpu-backend');
    const { kernelStore } = await import('./kernel-store');
    return createWebGpuBackend(navigatorGpu(), { store: kernelStore() });
  },
  async startWasm(threads) {
    const { createWasmBackend } = await import('../backend/wasm/wasm-backend');
    return createWasmBackend({ threads });
  },
};

/** Older Node has no `navigator`, older browsers no `navigator.gpu`. */
function navigatorGpu(): GPU | undefined {
  return 'navigator' in globalThis && 'gpu' in navigator ? navigator.gpu : undefined;
}
