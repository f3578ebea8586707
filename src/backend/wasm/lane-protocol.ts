import type { ErrorReport } from '../../errors';
import type { LayerWeights } from '../../ops/layer';
import type { Program } from '../../ops/program';
import type { RunValues } from '../../ops/run-values';
import type { TensorSpec } from '../../ops/tensor';
import type { ActiveWidth } from '../../ops/width';
import type { ElementRange } from '../backend';
import type { LaneSettings } from './lane-settings';

/** Numbers that cross between threads. */
export type Values = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * From the client of a lane to the thread that has it, in the order they are to take effect. `id`
 * names what is made, chosen by the client; a message with a `call` is answered, one without only
 * where it failed.
 */
export type ToLane =
  | { readonly type: 'createWeights'; readonly id: number; readonly label: string }
  | {
      readonly type: 'allocate';
      readonly id: number;
      readonly label: string;
      readonly spec: TensorSpec;
    }
  | { readonly type: 'destroy'; readonly id: number }
  | { readonly type: 'write'; readonly id: number; readonly data: Values; readonly start: number }
  | {
      readonly type: 'copy';
      readonly id: number;
      readonly range: ElementRange;
      readonly to: number;
      readonly start: number;
    }
  | { readonly type: 'cancel'; readonly run: number }
  | LaneCall;

/** A message that is answered. */
export type LaneCall =
  | {
      readonly type: 'upload';
      readonly call: number;
      readonly id: number;
      readonly weights: LayerWeights;
    }
  | {
      readonly type: 'read';
      readonly call: number;
      readonly id: number;
      readonly range: ElementRange | undefined;
    }
  | {
      readonly type: 'compile';
      readonly call: number;
      readonly id: number;
      readonly program: Program;
      readonly weights: number;
      readonly storage: Readonly<Record<string, number>>;
      readonly width: ActiveWidth | undefined;
      readonly timedRuns: number;
    }
  | {
      readonly type: 'run';
      readonly call: number;
      readonly id: number;
      readonly values: RunValues | undefined;
    }
  | { readonly type: 'deviceMs'; readonly call: number; readonly id: number }
  /** Answered when everything asked for before has been looked at. */
  | { readonly type: 'sync'; readonly call: number };

/** What an answer may hold. */
export type Answer = Values | readonly number[] | undefined;

/** From the thread that has the lane. */
export type FromLane =
  | { readonly type: 'ready' }
  | { readonly type: 'done'; readonly call: number; readonly value: Answer }
  /** Without a call: of a message that is not answered otherwise. */
  | { readonly type: 'failed'; readonly call?: number; readonly error: ErrorReport };

/** The first message to a thread that is to have a lane. */
export interface LaneStart {
  readonly type: 'start';
  readonly module: WebAssembly.Module;
  readonly settings: LaneSettings;
}
