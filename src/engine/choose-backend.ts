import type { Backend, Precision } from '../backend/backend';
import { DyditError } from '../errors';
import type { BackendOptions, CardChoice, MachineReport } from './api';
import { assertInteger } from './assert-number';
import { requestLimits } from './limits';

/** What this platform can compute on. */
export interface Platform {
  /** The graphics adapter in words; undefined where there is none, or no WebGPU. */
  probeAdapter(card?: CardChoice): Promise<AdapterReport | undefined>;
  /** @throws DyditError `webgpu-unavailable`, `adapter-refused`, `shader-failed` */
  startWebGpu(card?: CardChoice, precision?: Precision): Promise<Backend>;
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
 * start, the processor computes, and the machine's report says why; it also says where what was
 * started is not as fast as was asked for.
 * @throws DyditError `invalid-request`, `webgpu-unavailable`, `adapter-refused`, `shader-failed`
 */
export async function chooseBackend(
  options: BackendOptions,
  platform: Platform = thisPlatform,
): Promise<ChosenBackend> {
  const { threads, precision = 'exact' } = options;
  if (threads !== undefined) {
    assertInteger('The number of threads', threads, requestLimits.threads);
  }
  const started = await start(options, platform);
  if (started.machine.precision === precision) return started;
  return explained(
    started,
    'Fast arithmetic was asked for and is not to be had here: all is exact.',
  );
}

async function start(options: BackendOptions, platform: Platform): Promise<ChosenBackend> {
  const { backend: choice = 'auto', threads } = options;
  switch (choice) {
    case 'webgpu':
      return chosenCard(platform, options);
    case 'wasm':
      return chosen(await platform.startWasm(threads));
    case 'auto':
      return chooseAutomatically(platform, options);
  }
}

async function chooseAutomatically(
  platform: Platform,
  options: BackendOptions,
): Promise<ChosenBackend> {
  const { card, threads } = options;
  const reason = await reasonAgainstGpu(platform, card);
  if (reason === undefined) {
    try {
      return await chosenCard(platform, options);
    } catch (thrown) {
      const { message } = DyditError.from(thrown);
      return chosen(await platform.startWasm(threads), `The graphics card failed: ${message}`);
    }
  }
  return chosen(await platform.startWasm(threads), reason);
}

/** Why the graphics card is out of the question, without starting it; undefined where it is not. */
async function reasonAgainstGpu(
  platform: Platform,
  card?: CardChoice,
): Promise<string | undefined> {
  const adapter = await platform.probeAdapter(card).catch(() => undefined);
  if (!adapter) return 'No graphics card can be reached through WebGPU.';
  if (!adapter.software) return undefined;
  return `There is no graphics card: WebGPU would run on the processor (${adapter.description}), more slowly than this.`;
}

async function chosenCard(
  platform: Platform,
  { card, precision }: BackendOptions,
): Promise<ChosenBackend> {
  const backend = await platform.startWebGpu(card, precision);
  const { report } = backend;
  if (card === undefined) return { backend, machine: report };
  return { backend, machine: { ...report, onlyCard: await isOnlyCard(platform) } };
}

/** Whether the browser has one card for both preferences, by its name: it tells no more. */
async function isOnlyCard(platform: Platform): Promise<boolean> {
  const names = [];
  for (const card of ['high-performance', 'low-power'] as const) {
    const adapter = await platform.probeAdapter(card).catch(() => undefined);
    names.push(adapter?.description);
  }
  return names[0] === names[1];
}

/** @param reason why it is not the graphics card */
function chosen(backend: Backend, reason?: string): ChosenBackend {
  const started = { backend, machine: backend.report };
  return reason === undefined ? started : explained(started, reason);
}

/** @param sentence what is not as one might expect */
function explained({ backend, machine }: ChosenBackend, sentence: string): ChosenBackend {
  return { backend, machine: { ...machine, fallbacks: [sentence, ...machine.fallbacks] } };
}

/** Each backend's code is fetched when it is started: a page with a graphics card needs one alone. */
const thisPlatform: Platform = {
  async probeAdapter(card) {
    const gpu = navigatorGpu();
    if (!gpu) return undefined;
    const { requestAdapter } = await import('../backend/webgpu/gpu/device');
    const { adapterName, isSoftware } = await import('../backend/webgpu/gpu/adapter-words');
    const adapter = await requestAdapter(gpu, card);
    const description = adapterName(adapter);
    return { description, software: isSoftware(adapter, description) };
  },
  async startWebGpu(card, precision) {
    const { createWebGpuBackend } = await import('../backend/webgpu/webgpu-backend');
    const { kernelStore } = await import('./kernel-store');
    return createWebGpuBackend(navigatorGpu(), { card, precision, store: kernelStore() });
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
