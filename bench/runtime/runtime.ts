import type { Browser } from '../../tools/browser-page';
import type { Workplace } from '../workplace/workplace';

/** Where the engine runs that is measured: pages of a browser, or Node. */
export interface Runtime {
  openWorkplace(): Promise<Workplace>;
  /** For what only a browser can run. */
  readonly browser?: Browser;
}
