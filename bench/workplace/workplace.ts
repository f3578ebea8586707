import type { Backend } from '../../src/backend/backend';
import type { KernelCase, KernelStorage } from '../kernel-cases';
import type { Mode } from '../names';
import { adapterFacts, type AdapterFacts } from './adapter';
import { timeAttention, type AttentionCase, type AttentionTiming } from './attention';
import { GpuMeter } from './gpu-meter';
import { timeKernel, type KernelTiming } from './kernels';
import { PictureBench, type PictureRun } from './pictures';
import {
  NetworkBench,
  startBackend,
  type CardCosts,
  type MachineSpec,
  type SubjectOutputs,
  type SubjectSpec,
} from './subject';
import { webgpuPeak } from './webgpu-peak';

/** A place for one thing that is measured; it is closed with it. All that goes in and out is plain data. */
export interface Workplace {
  adapter(): Promise<AdapterFacts>;
  /** GFLOP/s */
  peak(spec: MachineSpec): Promise<number>;
  openSubject(spec: SubjectSpec): Promise<void>;
  outputs(mode: Mode): Promise<SubjectOutputs>;
  time(mode: Mode, rounds: number): Promise<number>;
  cardCosts(mode: Mode): Promise<CardCosts | undefined>;
  openMachine(spec: MachineSpec): Promise<void>;
  kernel(given: KernelCase, storage: KernelStorage): Promise<KernelTiming>;
  attention(given: AttentionCase): Promise<AttentionTiming>;
  openEngine(spec: MachineSpec): Promise<void>;
  picture(mode: Mode, steps: number): Promise<PictureRun>;
  close(): Promise<void>;
}

/** What is had otherwise in a page than in Node. */
export interface Surroundings {
  /** The file of the shipped model. */
  readonly openEmoji: () => Promise<Blob>;
  /** Address of its manifest. */
  readonly emojiManifest: string;
  /** GFLOP/s of multiply-adds in registers by `threads` threads at once. */
  readonly wasmPeak: (threads: number) => Promise<number>;
}

/** Computes here, on this thread, with the `navigator.gpu` that is here. */
export function localWorkplace(surroundings: Surroundings): Workplace {
  let subject: NetworkBench | undefined;
  let machine: Backend | undefined;
  let meter: GpuMeter | undefined;
  let engine: PictureBench | undefined;
  return {
    adapter: adapterFacts,
    peak: ({ backend, threads }) =>
      backend === 'wasm' ? surroundings.wasmPeak(threads) : webgpuPeak(),
    async openSubject(spec) {
      subject = await NetworkBench.open(spec, surroundings.openEmoji);
    },
    outputs: (mode) => opened(subject).outputs(mode),
    time: (mode, rounds) => opened(subject).time(mode, rounds),
    cardCosts: (mode) => opened(subject).cardCosts(mode),
    async openMachine(spec) {
      meter = spec.backend === 'webgpu' ? new GpuMeter(navigator.gpu) : undefined;
      machine = await startBackend(spec, meter);
    },
    kernel: (given, storage) => timeKernel(opened(machine), given, storage),
    attention: (given) => timeAttention(opened(machine), given, () => meter?.bytes ?? 0),
    async openEngine(spec) {
      engine = await PictureBench.open(spec, surroundings.emojiManifest);
    },
    picture: (mode, steps) => opened(engine).draw(mode, steps),
    close() {
      subject?.close();
      machine?.destroy();
      engine?.close();
      return Promise.resolve();
    },
  };
}

function opened<T>(made: T | undefined): T {
  if (made !== undefined) return made;
  throw new Error('Nothing was opened here.');
}
