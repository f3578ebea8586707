import { DyditError, type ErrorReport } from '../../errors';
import type {
  BackendChoice,
  MachineReport,
  ComputeRecord,
  Engine,
  GenerateOptions,
  GenerateRequest,
  GenerateResult,
  ModelInfo,
  Picture,
} from '../../engine/api';

/**
 * A stand-in for the engine, for tests of the store: the same contract, no GPU, faces painted by
 * formula. Never part of the built page.
 */
export interface FakeEngineOptions {
  /** Waits for a pretended stretch of work. */
  readonly wait: (ms: number) => Promise<void>;
  readonly model?: ModelInfo;
  /** What is different about a model from a file with that text. */
  readonly fileModel?: (text: string) => Partial<ModelInfo>;
  /** Fixed, whatever is to compute; absent for a fast card, or a processor where that is wanted. */
  readonly machine?: MachineReport;
  /** `auto` takes the card. */
  readonly backend?: BackendChoice;
  /** Errors to throw, one for each call, before calls succeed again. */
  readonly loadErrors?: DyditError[];
  readonly generateErrors?: DyditError[];
  /** What decoding takes, one for each call, before calls take what they usually do. */
  readonly decodeMs?: number[];
}

export interface FakeEngine extends Engine {
  /** Loses the device, as a driver crash would, or for another reason. */
  loseDevice(error?: ErrorReport): void;
  readonly requests: GenerateRequest[];
  /** Steps that each of them had behind it already. */
  readonly begunAt: number[];
  readonly disposed: () => boolean;
}

export const fakeMachine: MachineReport = {
  kind: 'webgpu',
  description: 'Imaginary GPU',
  software: false,
  threads: 1,
  features: ['shader-f16'],
  precision: 'exact',
  precisions: ['exact'],
  fallbacks: [],
  linearGflops: 900,
};

export const fakeProcessor: MachineReport = {
  ...fakeMachine,
  kind: 'wasm',
  description: 'processor, 2 threads, imaginary',
  threads: 2,
  features: ['relaxed-simd'],
  linearGflops: 26,
};

export const fakeModel: ModelInfo = {
  name: 'emoji starter',
  identity: 'e0e0e0e0e0e0e0e0',
  parameters: 10_000_000,
  weightDtype: 'f16',
  objective: 'flow-v',
  samplers: ['flow-euler', 'flow-heun'],
  dynamic: true,
  hasVae: true,
  space: 'latents',
  guidable: true,
  depth: 8,
  heads: 8,
  tokens: 64,
  imageSize: 16,
  cost: { evaluation: 0.42e9, decode: 3.3e9 },
  classes: [
    { name: 'cat face', emoji: '🐱', category: 'Animals & Nature' },
    { name: 'dog face', emoji: '🐶', category: 'Animals & Nature' },
    { name: 'keycap: #', emoji: '#️⃣', category: 'Objects' },
    { name: 'keycap: *', emoji: '*️⃣', category: 'Objects' },
  ],
  styles: ['Noto', 'Noto (blob)', 'Twemoji'],
  foldedGuidance: false,
  defaults: { sampler: 'flow-euler', steps: 25, guidance: 2.5, guidanceChannels: 'all' },
};

/** A model of weights that know all there is to set. */
export const fakeLearnedModel: ModelInfo = {
  ...fakeModel,
  name: 'emoji that invents',
  identity: '1e1e1e1e1e1e1e1e',
  samplers: ['flow-euler', 'flow-heun', 'flow-jumps'],
  foldedGuidance: true,
  fast: { sampler: 'flow-jumps', steps: 4, guidance: 2 },
  long: { sampler: 'flow-euler', steps: 25, guidance: 2.5 },
  variation: { names: ['mirror', 'tilt'], default: 0.6, styleBlend: 0.3 },
  budget: [
    { shift: -3, share: 0.3, frechet: 14, top1: 0.9 },
    { shift: 0, share: 0.5, frechet: 10, top1: 0.95 },
    { shift: 2.4, share: 0.7, frechet: 9.5, top1: 0.955 },
    { shift: 6, share: 1, frechet: 9.4, top1: 0.96 },
  ],
  defaults: { sampler: 'flow-jumps', steps: 4, guidance: 2, guidanceChannels: 'all' },
};

export function createFakeEngine(options: FakeEngineOptions): FakeEngine {
  const model = options.model ?? fakeModel;
  const requests: GenerateRequest[] = [];
  const begunAt: number[] = [];
  let disposed = false;
  let busy = false;
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy) throw new DyditError('invalid-request', 'The engine is at work already.');
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  };
  let lose: (error: ErrorReport) => void = () => undefined;
  let isLost = false;
  const lost = new Promise<ErrorReport>((resolve) => (lose = resolve));
  const lostError = new DyditError('device-lost', 'The GPU device was lost.', 'Start again.');
  const check = (signal?: AbortSignal) => {
    if (isLost) throw lostError;
    if (signal?.aborted) throw new DyditError('cancelled', 'Cancelled.');
  };
  return {
    begunAt,
    machine: options.machine ?? (options.backend === 'wasm' ? fakeProcessor : fakeMachine),
    requests,
    lost,
    disposed: () => disposed,
    load: (source, { signal, onProgress } = {}) =>
      alone(async () => {
        for (const fraction of [0.25, 0.5, 0.75, 1]) {
          await options.wait(100);
          check(signal);
          onProgress?.({ stage: 'download', fraction });
        }
        const error = options.loadErrors?.shift();
        if (error) throw error;
        if (source.kind !== 'files') return model;
        const { files, name } = source;
        const text = (await Promise.all(files.map((file) => file.text()))).join('');
        const identity = identityOfText(text);
        return { ...model, ...options.fileModel?.(text), name, identity };
      }),
    generate: (request, { signal, onStep, onPreview, onBookmark, from }: GenerateOptions = {}) =>
      alone(async () => {
        requests.push(request);
        begunAt.push(from?.step ?? 0);
        const stepMs = request.dynamicWidth || request.dynamicTokens ? 65 : 100;
        for (let step = (from?.step ?? 0) + 1; step <= request.steps; step++) {
          await options.wait(stepMs);
          check(signal);
          onStep?.({
            step,
            steps: request.steps,
            elapsedMs: step * stepMs,
            remainingMs: (request.steps - step) * stepMs,
            stage: step === request.steps ? 'decoding' : 'sampling',
          });
          onBookmark?.({
            ...{ step, evaluations: step, elapsedMs: step * stepMs },
            latent: new Float32Array(1),
            keptTokens: new Uint8Array(0),
            stepMs: Array.from({ length: step }, () => stepMs),
          });
          const noise = 1 - step / request.steps;
          if (request.preview === 'auto') onPreview?.(paintAll(request, model, noise));
        }
        const error = options.generateErrors?.shift();
        if (error) throw error;
        return fakeResult(request, model, { stepMs, decodeMs: options.decodeMs?.shift() ?? 40 });
      }),
    measureAgain: (onProgress) =>
      alone(async () => {
        for (const fraction of [0, 0.5]) {
          await options.wait(100);
          check();
          onProgress?.(fraction);
        }
        return 2;
      }),
    loseDevice(error = lostError.toReport()) {
      isLost = true;
      lose(error);
    },
    dispose() {
      disposed = true;
    },
  };
}

/** Other bytes, another model; FNV-1a, 32 bits. */
export function identityOfText(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0').repeat(2);
}

function fakeResult(
  request: GenerateRequest,
  model: ModelInfo,
  { stepMs, decodeMs }: { readonly stepMs: number; readonly decodeMs: number },
): GenerateResult {
  const record = fakeRecord(request, model);
  const items = record.items * record.evaluations;
  const dynamic = request.dynamicWidth || request.dynamicTokens;
  return {
    request,
    pictures: paintAll(request, model, 0),
    precision: 'exact',
    statistics: {
      totalMs: request.steps * stepMs + decodeMs,
      samplingMs: request.steps * stepMs,
      decodeMs,
      stepMs: Array.from({ length: request.steps }, () => stepMs),
      deviceStepMs: Array.from({ length: request.steps }, () => stepMs * 0.9),
      multiplyAdds: { done: 0.42e9 * items * (dynamic ? 0.65 : 1), static: 0.42e9 * items },
      shares: {
        heads: request.dynamicWidth ? 0.81 : 1,
        groups: request.dynamicWidth ? 0.74 : 1,
        tokens: request.dynamicTokens ? 0.7 : 1,
      },
      record,
    },
  };
}

/** Wider towards the end of sampling and the middle of the network; tokens of the face are kept. */
function fakeRecord(request: GenerateRequest, model: ModelInfo): ComputeRecord {
  const evaluations = request.sampler === 'flow-heun' ? 2 * request.steps - 1 : request.steps;
  const { depth: layers, heads, tokens } = model;
  const items = request.images * (request.guidance === 1 ? 1 : 2);
  const side = Math.sqrt(tokens);
  const width = (evaluation: number, layer: number) => {
    if (!request.dynamicWidth) return heads;
    const wave = Math.sin((layer / layers) * Math.PI) * 0.5 + (evaluation / evaluations) * 0.6;
    return Math.max(1, Math.min(heads, Math.round(heads * (0.25 + wave))));
  };
  const cells = Array.from({ length: evaluations * layers }, (_, i) =>
    width(Math.floor(i / layers), i % layers),
  );
  const keptTokens = new Uint8Array(Math.ceil((cells.length * items * tokens) / 8));
  for (let bit = 0; bit < cells.length * items * tokens; bit++) {
    const token = bit % tokens;
    const layer = Math.floor(bit / (tokens * items)) % layers;
    const radius = Math.hypot((token % side) - side / 2, Math.floor(token / side) - side / 2);
    const kept = !request.dynamicTokens || radius < side * (0.3 + 0.04 * layer);
    if (kept) keptTokens[bit >> 3] = (keptTokens[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return {
    evaluations,
    layers,
    networkTimes: Array.from({ length: evaluations }, (_, i) => (1000 * i) / evaluations),
    activeHeads: Uint16Array.from(cells),
    activeGroups: Uint16Array.from(cells, (active) => Math.max(1, active - 1)),
    heads,
    keptTokens,
    items,
    tokens,
  };
}

function paintAll(request: GenerateRequest, model: ModelInfo, noise: number): Picture[] {
  return Array.from({ length: request.images }, (_, k) => paintFace(request, model, k, noise));
}

function paintFace(
  request: GenerateRequest,
  model: ModelInfo,
  index: number,
  noise: number,
): Picture {
  const size = model.imageSize;
  const rgba = new Uint8ClampedArray(size * size * 4);
  const seed = request.seed + index;
  const shift = request.dynamicTokens ? 0.02 : 0;
  const eye = 0.26 + 0.02 * (seed % 7);
  const smile = 0.2 + 0.03 * (seed % 5);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = (2 * x) / size - 1;
      const v = (2 * y) / size - 1;
      const radius = Math.hypot(u, v);
      const feature =
        Math.hypot(Math.abs(u) - eye - shift, v + 0.22) < 0.1 ||
        Math.abs(v - smile - shift + 1.1 * u * u * 0.5) < 0.06 * Number(Math.abs(u) < 0.45);
      const colour =
        radius > 0.86 ? [255, 255, 255] : feature ? [84, 52, 20] : [255, 205 - 60 * radius, 60];
      const at = (y * size + x) * 4;
      for (let c = 0; c < 3; c++) {
        const grain = ((Math.sin(x * 12.9898 + y * 78.233 + c * 37 + seed) * 43758.5) % 1) * 200;
        rgba[at + c] = (colour[c] ?? 0) * (1 - noise) + (128 + grain) * noise;
      }
      rgba[at + 3] = 255;
    }
  }
  return { width: size, height: size, rgba };
}
