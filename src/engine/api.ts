import type { BackendReport, Precision } from '../backend/backend';
import type { ErrorReport } from '../errors';
import type { MoveName, Moves } from '../network/conditions';
import type { WeightedLabel } from '../network/dit/label';
import type { ModelChoice } from './models/model-choice';
import type { SamplerName } from '../sampler/samplers';

export type { MemoryLimits } from '../backend/backend';
export type { MoveName, Moves, Precision, SamplerName, WeightedLabel };

/** Everything that determines a picture on a given adapter. Image k uses seed + k (mod 2^32). */
export interface GenerateRequest {
  readonly sampler: SamplerName;
  readonly steps: number;
  /** Guidance scale; 1 runs the conditional half alone. */
  readonly guidance: number;
  /** Channels guidance applies to; official DiT and DyDiT use 3. */
  readonly guidanceChannels: number | 'all';
  readonly seed: number;
  /** 1-16 */
  readonly images: number;
  /**
   * What is drawn: 1-8 things, each in a style (the null style where it is absent), by their shares
   * of the sum of all weights.
   */
  readonly labels: readonly WeightedLabel[];
  /**
   * How far the seed moves the drawing, 0 (plain) to 1 (as lively as the model was trained); 0 where
   * the model has no `variation`.
   */
  readonly variation: number;
  /** In place of the moves that the seed draws; what is absent is 0. */
  readonly moves?: Moves;
  /** Added to what all routers say, so that less work remains below 0 and more above; 0 is as learned. */
  readonly budget: number;
  readonly dynamicWidth: boolean;
  readonly dynamicTokens: boolean;
  /** `auto` decodes as often as costs at most a fifth of the sampling time. */
  readonly preview: 'auto' | 'off';
}

/** A picture: RGBA bytes, row-major from the top left. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

export interface LabelledClass {
  readonly name: string;
  /** Emoji character where the class has one, else ''. */
  readonly emoji: string;
  readonly category: string;
}

/** What a shift of the routers' thresholds was measured to leave and to cost. */
export interface BudgetPoint {
  /** `GenerateRequest.budget` */
  readonly shift: number;
  /** Share of the static model's multiply-adds, 0..1. */
  readonly share: number;
  /** Frechet distance to real pictures. */
  readonly frechet: number;
  /** Share of pictures that a classifier recognises, 0..1. */
  readonly top1: number;
}

/** A loaded model as the page needs to know it. */
export interface ModelInfo {
  readonly name: string;
  /** Made of the bytes of its weights, in hexadecimal: two files of one name are two models. */
  readonly identity: string;
  readonly parameters: number;
  readonly weightDtype: 'f16' | 'f32' | 'int8';
  readonly objective: 'epsilon' | 'flow-v';
  readonly samplers: readonly SamplerName[];
  /** False for a static DiT: the toggles then do nothing and are disabled with a reason. */
  readonly dynamic: boolean;
  readonly hasVae: boolean;
  /** What a tiny VAE (TAESD) makes, where there is one: all, or the previews beside another VAE. */
  readonly tinyVae?: 'pictures' | 'previews';
  /** What the network draws; pixels need no VAE. */
  readonly space: 'latents' | 'pixels';
  /** False where the model was trained without a null class: guidance must then be 1. */
  readonly guidable: boolean;
  readonly depth: number;
  readonly heads: number;
  /** N */
  readonly tokens: number;
  readonly imageSize: number;
  /** Multiply-adds of one static evaluation of one item, and of decoding one picture. */
  readonly cost: { readonly evaluation: number; readonly decode: number };
  readonly classes: readonly LabelledClass[];
  readonly styles: readonly string[];
  /** True where guidance is an input of the network, so that it costs no second half of the batch. */
  readonly foldedGuidance: boolean;
  /** The few steps that the model was taught; `defaults` are these then. */
  readonly fast?: {
    readonly sampler: SamplerName;
    readonly steps: number;
    readonly guidance: number;
  };
  /** The many steps of the other samplers, where `defaults` are the few. */
  readonly long?: {
    readonly sampler: SamplerName;
    readonly steps: number;
    readonly guidance: number;
  };
  /** What a seed may change besides the noise; absent where pictures are always plain. */
  readonly variation?: {
    /** Moves that the network knows. */
    readonly names: readonly MoveName[];
    /** `GenerateRequest.variation` to start with. */
    readonly default: number;
    /** Largest weight of another style that a seed mixes in at variation 1. */
    readonly styleBlend?: number;
  };
  /** Shifts that the routers were trained for, ascending; absent where `budget` must be 0. */
  readonly budget?: readonly BudgetPoint[];
  /** Linear inputs of the weights that nothing names: they stay 0, and drawings plain. */
  readonly unnamedInputs?: number;
  readonly defaults: {
    readonly sampler: SamplerName;
    readonly steps: number;
    readonly guidance: number;
    readonly guidanceChannels: number | 'all';
  };
}

/** What computes: the graphics card or the processor, in words, and what was done without. */
export interface MachineReport extends BackendReport {
  /** Whether the browser gives the same card whichever is asked for; absent where none was. */
  readonly onlyCard?: boolean;
}

/** What to compute on; `auto` takes a real graphics card where there is one, else the processor. */
export type BackendChoice = 'auto' | 'webgpu' | 'wasm';

/** Which of a machine's two graphics cards. */
export type CardChoice = 'high-performance' | 'low-power';

/** What is to compute. */
export interface BackendOptions {
  /** `auto` where absent. */
  readonly backend?: BackendChoice;
  /**
   * Which card, where the browser tells two apart: the fast one where absent. Where it is given, the
   * machine's report says whether there was a choice.
   */
  readonly card?: CardChoice | undefined;
  /**
   * `exact` where absent. `fast` where the machine's report lists it: matrix products in half-precision
   * arithmetic, within the tolerance that docs/performance.md states; elsewhere all stays exact, and
   * the report says so.
   */
  readonly precision?: Precision;
  /** Threads of the processor backend; as many as the processor has where absent. */
  readonly threads?: number;
}

export interface EngineOptions extends BackendOptions {
  /** Gives a start up, which then fails with `cancelled`; of no use to an engine that has started. */
  readonly signal?: AbortSignal;
}

export interface LoadProgress {
  readonly stage: 'download' | 'read' | 'upload';
  /** 0..1 */
  readonly fraction: number;
}

export interface StepEvent {
  /** 1-based number of steps done. */
  readonly step: number;
  readonly steps: number;
  readonly elapsedMs: number;
  /** Median of the steps so far times the steps left, plus the decoding still to come. */
  readonly remainingMs: number;
  readonly stage: 'sampling' | 'decoding';
}

/** What was computed where. Arrays are row-major over [evaluation][layer]. */
export interface ComputeRecord {
  /** Network evaluations (steps; twice that, less one, for Heun). */
  readonly evaluations: number;
  readonly layers: number;
  /** Timestep of each evaluation, as the network receives it. */
  readonly networkTimes: readonly number[];
  /** Active heads and MLP groups out of `heads`. */
  readonly activeHeads: Uint16Array<ArrayBuffer>;
  readonly activeGroups: Uint16Array<ArrayBuffer>;
  readonly heads: number;
  /**
   * Kept tokens, one bit each over [evaluation][layer][item][token], as `kept-bits.ts` has them;
   * items are the images, then, under guidance, the same images unconditioned.
   */
  readonly keptTokens: Uint8Array<ArrayBuffer>;
  readonly items: number;
  readonly tokens: number;
}

export interface RunStatistics {
  readonly totalMs: number;
  readonly samplingMs: number;
  readonly decodeMs: number;
  /** Wall-clock of each step. */
  readonly stepMs: readonly number[];
  /** Time of each step on the device, without the waits of the host; absent where it has no clock. */
  readonly deviceStepMs?: readonly number[];
  /** Multiply-adds of all blocks as the paper counts them, all images and guidance halves. */
  readonly multiplyAdds: { readonly done: number; readonly static: number };
  /** Mean shares in 0..1 over evaluations and layers. */
  readonly shares: { readonly heads: number; readonly groups: number; readonly tokens: number };
  readonly record: ComputeRecord;
}

export interface GenerateResult {
  readonly request: GenerateRequest;
  /** What the network was computed with: an exact picture is the same to the bit on this machine. */
  readonly precision: Precision;
  readonly pictures: readonly Picture[];
  readonly statistics: RunStatistics;
}

/**
 * Where a run stood between two steps: enough to go on from there, to the same bits on the same
 * machine.
 */
export interface Bookmark {
  /** Steps done, and the network's evaluations in them. */
  readonly step: number;
  readonly evaluations: number;
  /** (images * C, S * S) */
  readonly latent: Float32Array<ArrayBuffer>;
  /** Of those evaluations, as `ComputeRecord.keptTokens`. */
  readonly keptTokens: Uint8Array<ArrayBuffer>;
  /** Wall-clock of each of those steps, and from the request to the last of them. */
  readonly stepMs: readonly number[];
  readonly elapsedMs: number;
  /** What is decoded already, by its place in the batch; only after the last step. */
  readonly pictures?: ReadonlyMap<number, Picture>;
}

/** Where weights come from. */
export type ModelSource =
  /** A manifest beside its files. */
  | { readonly kind: 'manifest'; readonly url: string }
  /** All files of a model, as they were dropped on the page; what is what is told by their content. */
  | {
      readonly kind: 'files';
      /** For the visitor, and for links. */
      readonly name: string;
      readonly files: readonly File[];
      readonly choice?: ModelChoice;
      /** Where the files were fetched from. */
      readonly address?: string;
    }
  /** A model that this browser keeps. */
  | { readonly kind: 'stored'; readonly id: string; readonly name: string };

export interface LoadOptions {
  readonly signal?: AbortSignal;
  /** Pictures that are to be drawn at once: a model that does not fit with so many is refused. One where absent. */
  readonly images?: number | undefined;
  readonly onProgress?: (progress: LoadProgress) => void;
}

export interface GenerateOptions {
  readonly signal?: AbortSignal;
  readonly onStep?: (event: StepEvent) => void;
  /** Decoded guess of the clean pictures so far, one per image. */
  readonly onPreview?: (pictures: readonly Picture[]) => void;
  /** Called about once a second, and when the last step is done. */
  readonly onBookmark?: (bookmark: Bookmark) => void;
  /** A finished picture of the batch. */
  readonly onPicture?: (index: number, picture: Picture) => void;
  /** Where a run of the same request with the same model stood; it goes on from there. */
  readonly from?: Bookmark | undefined;
}

/**
 * The engine: one backend in a worker. All methods reject with `DyditError`.
 * One model at a time; one run at a time (a second one rejects with `invalid-request`).
 */
export interface Engine {
  readonly machine: MachineReport;
  /** Resolves when the device is lost; the engine is then of no use and a new one must be made. */
  readonly lost: Promise<ErrorReport>;
  load(source: ModelSource, options?: LoadOptions): Promise<ModelInfo>;
  generate(request: GenerateRequest, options?: GenerateOptions): Promise<GenerateResult>;
  /**
   * Measures anew which kernels are fastest on this card, under two seconds; the next run uses them.
   * @param onProgress 0..1
   * @returns how many shapes of products were measured; none where kernels are not chosen by
   * measuring (the processor, a clock that is too coarse), or before the first run
   */
  measureAgain(onProgress?: (fraction: number) => void): Promise<number>;
  dispose(): void;
}
