import type { Dit } from '../network/dit/dit';
import type { DitRun, DitRunOptions } from '../network/dit/run';

/** What sampling needs of a prepared network; tests put one of known outcome in its place. */
export type NetworkRun = Pick<
  DitRun,
  | 'config'
  | 'items'
  | 'images'
  | 'width'
  | 'dynamicTokens'
  | 'home'
  | 'latent'
  | 'prediction'
  | 'latentMoved'
  | 'evaluate'
  | 'readKept'
  | 'work'
  | 'deviceMs'
  | 'destroy'
>;

/** What a run needs of a loaded network. */
export interface Network extends Pick<Dit, 'backend' | 'config'> {
  prepare(options: DitRunOptions): Promise<NetworkRun>;
}
