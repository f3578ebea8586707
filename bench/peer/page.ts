import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { BackendName } from '../names';
import type { BenchInputs } from '../inputs';
import { conditioningFile, type PeerForm } from './forms';

/** A network as onnxruntime-web is to run it. */
export interface PeerSpec {
  readonly backend: BackendName;
  readonly threads: number;
  readonly form: PeerForm;
  /** Address of the folder that training/export_onnx.py wrote. */
  readonly folder: string;
  readonly inputs: BenchInputs;
  /** (C, S) of the latents. */
  readonly channels: number;
  readonly side: number;
  /** Rows of the label tables without the null rows. */
  readonly numClasses: number;
  readonly numStyles: number;
}

/** What a page of the peer does, called from Node. */
export interface PeerPage {
  /** @returns the runtime's version */
  open(spec: PeerSpec): Promise<string>;
  /** The prediction of each evaluation. */
  outputs(): Promise<readonly (readonly number[])[]>;
  /** Milliseconds of an evaluation, mean over `rounds` times all of them. */
  time(rounds: number): Promise<number>;
}

declare global {
  var peerPage: PeerPage | undefined;
}

/** What an evaluation is given. */
type Feeds = Readonly<Record<string, Tensor>>;

let session: InferenceSession | undefined;
let evaluations: readonly Feeds[] = [];

/** Each backend in the build of the package that is made for it. */
async function load(backend: BackendName) {
  return backend === 'webgpu' ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm');
}

async function evaluate(feeds: Feeds): Promise<Float32Array> {
  if (!session) throw new Error('Nothing was opened on this page.');
  const { out } = await session.run(feeds);
  const data = await out.getData();
  if (data instanceof Float32Array) return data;
  throw new Error(`The peer's output is of the type ${out.type}.`);
}

/** Makes the modulation of every evaluation beforehand, as our own run does. */
async function prepare(
  { InferenceSession, Tensor }: Awaited<ReturnType<typeof load>>,
  { folder, inputs, channels, side, numClasses, numStyles }: PeerSpec,
): Promise<readonly Feeds[]> {
  const { labels, guided, networkTimes, latents } = inputs;
  const nulls = guided ? labels.map(() => ({ classId: numClasses, styleId: numStyles })) : [];
  const items = [...labels, ...nulls];
  const integers = (values: readonly number[]) =>
    new Tensor('int32', Int32Array.from(values), [items.length]);
  const y = integers(items.map(({ classId }) => classId));
  const s = integers(items.map(({ styleId = numStyles }) => styleId));
  const options = { executionProviders: ['wasm'] };
  const conditioning = await InferenceSession.create(`${folder}/${conditioningFile}`, options);
  const feeds: Feeds[] = [];
  for (const [evaluation, latent] of latents.entries()) {
    const time = new Float32Array(items.length).fill(networkTimes[evaluation]);
    const given = { t: new Tensor('float32', time, [items.length]), y };
    const modulation = await conditioning.run(numStyles > 0 ? { ...given, s } : given);
    const doubled = Float32Array.from(guided ? [...latent, ...latent] : latent);
    const x = new Tensor('float32', doubled, [items.length, channels, side, side]);
    feeds.push({ ...modulation, x });
  }
  await conditioning.release();
  return feeds;
}

globalThis.peerPage = {
  async open(spec) {
    const runtime = await load(spec.backend);
    runtime.env.wasm.numThreads = spec.threads;
    evaluations = await prepare(runtime, spec);
    session = await runtime.InferenceSession.create(`${spec.folder}/${spec.form}.onnx`, {
      executionProviders: [spec.backend],
      graphOptimizationLevel: 'all',
    });
    return runtime.env.versions.web ?? 'unknown';
  },
  async outputs() {
    const outputs: (readonly number[])[] = [];
    for (const feeds of evaluations) outputs.push([...(await evaluate(feeds))]);
    return outputs;
  },
  async time(rounds) {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) {
      for (const feeds of evaluations) await evaluate(feeds);
    }
    return (performance.now() - start) / (rounds * evaluations.length);
  },
};
