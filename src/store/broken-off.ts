import type { ModelSource } from '../engine/api';
import type { Journal } from './journal';
import type { Settings } from './settings';

/** What a run makes: pictures, a comparison, a strip. */
export type RunKind = 'generate' | 'compare' | 'strip';

/** A run that broke off and can go on, for the page. */
export interface BrokenOff {
  readonly kind: RunKind;
  /** Steps done, of the part of the run that was under way. */
  readonly step: number;
  readonly steps: number;
}

/** What an engine that failed was at, so that another one can do it. */
export interface Unfinished {
  readonly source: ModelSource;
  /** Absent where it was loading or idle. */
  readonly run?: UnfinishedRun;
}

export interface UnfinishedRun {
  readonly kind: RunKind;
  readonly settings: Settings;
  readonly journal: Journal;
}
