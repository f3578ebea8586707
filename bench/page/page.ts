import type { Backend } from '../../src/backend/backend';
import type { KernelCase } from '../kernel-cases';
import type { Mode } from '../options';
import { adapterFacts, type AdapterFacts } from './adapter';
import { timeKernel, type KernelTiming } from './kernels';
import { PicturePage, type PictureRun } from './pictures';
import {
  PageSubject,
  startBackend,
  type MachineSpec,
  type SubjectOutputs,
  type SubjectSpec,
} from './subject';
import { wasmPeak } from './wasm-peak';
import { webgpuPeak } from './webgpu-peak';

/** What a page of the benchmark does, called from Node. */
export interface BenchPage {
  adapter(): Promise<AdapterFacts>;
  /** GFLOP/s */
  peak(spec: MachineSpec): Promise<number>;
  openSubject(spec: SubjectSpec): Promise<void>;
  outputs(mode: Mode): Promise<SubjectOutputs>;
  time(mode: Mode, rounds: number): Promise<number>;
  openMachine(spec: MachineSpec): Promise<void>;
  kernel(given: KernelCase): Promise<KernelTiming>;
  openEngine(spec: MachineSpec): Promise<void>;
  picture(mode: Mode, steps: number): Promise<PictureRun>;
}

declare global {
  var benchPage: BenchPage | undefined;
}

/** What was opened; a page is for one thing and is closed with it. */
let subject: PageSubject | undefined;
let machine: Backend | undefined;
let engine: PicturePage | undefined;

function opened<T>(made: T | undefined): T {
  if (made !== undefined) return made;
  throw new Error('Nothing was opened on this page.');
}

globalThis.benchPage = {
  adapter: adapterFacts,
  peak: ({ backend, threads }) => (backend === 'wasm' ? wasmPeak(threads) : webgpuPeak()),
  async openSubject(spec) {
    subject = await PageSubject.open(spec);
  },
  outputs: (mode) => opened(subject).outputs(mode),
  time: (mode, rounds) => opened(subject).time(mode, rounds),
  async openMachine(spec) {
    machine = await startBackend(spec);
  },
  kernel: (given) => timeKernel(opened(machine), given),
  async openEngine(spec) {
    engine = await PicturePage.open(spec);
  },
  picture: (mode, steps) => opened(engine).draw(mode, steps),
};
